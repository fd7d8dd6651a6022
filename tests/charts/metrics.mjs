// Whatever a dashboard or an alert asks for, a running mesh has.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import https from 'node:https';
import test from 'node:test';
import { startSecureMesh } from '../checks/secure.mjs';

const TREE = new URL('../../', import.meta.url);
const CHART = new URL('charts/vortex/', TREE);

// Prometheus' own, of each target.
const NOT_OURS = ['up'];
// There only with an identity provider, and once a caller asked for more than it may: the manual has to know them.
const SELDOM = [
  'vortex_oidc_fetches_total',
  'vortex_oidc_last_success_timestamp_seconds',
  'vortex_access_limited_total',
];

const text = (url) => readFileSync(url, 'utf8');

// Names in what is asked: words before a selector, a range or an operator that are no functions, labels or keywords.
function metrics(query) {
  const plain = query.replace(/"[^"]*"/g, '""').replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  return plain.replace(/\{[^}]*\}/g, ' ').match(/\b(up|[a-z]+(_[a-z0-9]+)+)\b(?!\s*\()/g)?.filter((name) => !name.startsWith('__')) ?? [];
}

function asked() {
  const found = new Map();
  const note = (where, query) => {
    for (const name of metrics(query)) found.set(name, where);
  };
  const dashboards = new URL('dashboards/', CHART);
  for (const file of readdirSync(dashboards)) {
    for (const panel of JSON.parse(text(new URL(file, dashboards))).panels) {
      for (const { expr } of panel.targets ?? []) note(`${file}: ${panel.title}`, expr.replace(/\$__\w+/g, '5m'));
    }
  }
  for (const [, query] of text(new URL('files/alerts.yaml', CHART)).matchAll(/^ *expr: (.*)$/gm)) note(`alerts.yaml: ${query}`, query);
  return found;
}

function scrape(address, { ca, key }) {
  const settings = { ca, headers: { 'x-api-key': key } };
  return new Promise((resolve, reject) => {
    https
      .get(`https://${address}/metrics`, settings, (answer) => {
        let body = '';
        answer.on('data', (part) => (body += part));
        answer.on('end', () => (answer.statusCode === 200 ? resolve(body) : reject(new Error(`${answer.statusCode}: ${body}`))));
      })
      .on('error', reject);
  });
}

test('every metric that is asked for is exposed', async (t) => {
  const mesh = await startSecureMesh({ bundle: 'petclinic-config.bundle' });
  t.after(() => mesh.stop());
  const document = ['-f', new URL('document.yml', import.meta.url).pathname, '--label', 'manual'];
  mesh.command('config', 'put', 'orders', ...document, '--version', 'v1');
  mesh.command('config', 'put', 'orders', ...document, '--version', 'v2', '--stage');
  const created = JSON.parse(mesh.command('rollout', 'create', 'orders', '--from', 'v1', '--to', 'v2', '--label', 'manual', '--start', '-o', 'json'));
  mesh.command('config', 'get', 'orders', '--label', 'manual', '--effective', '--instance', 'i-1');
  mesh.command('config', 'get', 'customers-service', '--effective');
  mesh.command('rollout', 'get', created.id ?? created.rollout?.id);
  const ca = readFileSync(mesh.file('ca.crt'));
  const exposed = new Set();
  for (const address of [mesh.http, ...Object.values(mesh.adminPorts)]) {
    await assert.rejects(scrape(address, { ca, key: mesh.stranger }), /401/);
    for (const [, name] of (await scrape(address, { ca, key: mesh.admin })).matchAll(/^([a-z_0-9]+)[{ ]/gm)) exposed.add(name);
  }
  const manual = text(new URL('docs/operations.md', TREE));
  const absent = [...asked()].filter(([name]) => {
    if (SELDOM.includes(name)) return !manual.includes(`\`${name}`);
    return !NOT_OURS.includes(name) && !exposed.has(name);
  });
  assert.deepEqual(absent, []);
});
