// Prints what dashboards ask as recording rules, so that promtool parses it.
import { readFileSync } from 'node:fs';

const within = { $__rate_interval: '5m', $__range: '1h', $__interval: '1m' };

function* targets(panels) {
  for (const panel of panels) {
    yield* panel.targets ?? [];
    yield* targets(panel.panels ?? []);
  }
}

const rules = [];
for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  for (const { expr } of targets(dashboard.panels)) {
    const plain = expr
      .replace(/\$__\w+/g, (name) => within[name])
      .replace(/\$(\w+)/g, '.*');
    rules.push({ record: `panel:${rules.length}`, expr: plain });
  }
}
// JSON is YAML
console.log(JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
