// Whatever a dashboard or an alert asks for, a running mesh has.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import https from 'node:https';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE } from '../checks/process.mjs';
import { startSecureMesh } from '../checks/secure.mjs';

const TREE = new URL('../../', import.meta.url);
const CHART = new URL('charts/vortex/', TREE);

// Prometheus' own, of each target.
const NOT_OURS = ['up'];
// There only with an identity provider or webhooks, once a caller asked for more than it may, or in applications that use
// the client library: the manual has to know them.
const SELDOM = [
  'vortex_oidc_fetches_total',
  'vortex_oidc_last_success_timestamp_seconds',
  'vortex_access_limited_total',
  'vortex_webhook_deliveries_total',
  'vortex_webhook_lag_seconds',
  'vortex_config_info',
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

function ask(url, { ca, key }, body) {
  const headers = { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const request = https.request(url, { ca, headers, method: body ? 'POST' : 'GET' }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode}: ${text}`))));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

const scrape = (address, access) => ask(`https://${address}/metrics`, access);
const namesIn = (exposition) => [...exposition.matchAll(/^([a-z_0-9]+)[{ ]/gm)].map(([, name]) => name);

// An instance that takes up what it is told to run, until drift-svc has heard both.
async function report({ http, adminPorts }, access) {
  const said = { app: 'orders', instance_id: 'i-1', boot_id: 1, sequence: 1, version: 'v0', status: 'healthy' };
  const { expected_version: version } = JSON.parse(await ask(`https://${http}/heartbeat`, access, said));
  await ask(`https://${http}/heartbeat`, access, { ...said, sequence: 2, version: version ?? 'v1' });
  const end = Date.now() + PATIENCE;
  while (!namesIn(await scrape(adminPorts['drift-svc'], access)).includes('vortex_instances')) {
    assert.ok(Date.now() < end, 'drift-svc does not hear of the instance');
    await pause(200);
  }
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
  await report(mesh, { ca, key: mesh.admin });
  const exposed = new Set();
  for (const address of [mesh.http, ...Object.values(mesh.adminPorts)]) {
    await assert.rejects(scrape(address, { ca, key: mesh.stranger }), /401/);
    for (const name of namesIn(await scrape(address, { ca, key: mesh.admin }))) exposed.add(name);
  }
  const manual = ['operations', 'sdk'].map((page) => text(new URL(`docs/${page}.md`, TREE))).join();
  const absent = [...asked()].filter(([name]) => {
    if (SELDOM.includes(name)) return !manual.includes(`\`${name}`);
    return !NOT_OURS.includes(name) && !exposed.has(name);
  });
  assert.deepEqual(absent, []);
});
