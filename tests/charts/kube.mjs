// The chart on a real cluster. $VORTEX_CLUSTER is put before each command that has to run where the cluster is reached,
// such as a script that enters its namespaces; without it, KUBECONFIG says which one. The images are there as
// $VORTEX_IMAGES/PROGRAM:$VORTEX_IMAGE_TAG.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Authority } from './authority.mjs';

const CHART = new URL('../../charts/vortex', import.meta.url).pathname;
const LOAD = new URL('load.mjs', import.meta.url).pathname;
const REPORT = new URL('report.mjs', import.meta.url).pathname;
const INSIDE = (process.env.VORTEX_CLUSTER ?? '').split(' ').filter(Boolean);
const IMAGES = process.env.VORTEX_IMAGES ?? 'localhost/vortex';
const TAG = process.env.VORTEX_IMAGE_TAG ?? '0.1.0';
const GRPCURL = path.join(process.env.VORTEX_TOOLS ?? '', 'grpcurl');
const NAMESPACE = 'vortex-check';
const MINUTES = 60_000;

const [registry, ...repository] = IMAGES.split('/');
const VALUES = ['--set', `image.registry=${registry},image.repository=${repository.join('/')},image.tag=${TAG}`];

function command(name, args) {
  const all = [...INSIDE, name, ...args];
  return [all[0], all.slice(1)];
}

async function inside(name, ...args) {
  const { stdout } = await promisify(execFile)(...command(name, args), { timeout: 10 * MINUTES, maxBuffer: 1 << 26 });
  return stdout;
}

// Has the cluster take this object.
async function apply(object) {
  const [program, args] = command('kubectl', ['--namespace', NAMESPACE, 'apply', '--filename', '-']);
  const applied = promisify(execFile)(program, args, { timeout: MINUTES });
  applied.child.stdin.end(JSON.stringify(object));
  await applied;
}

const tlsSecret = (name, stringData) =>
  apply({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name }, stringData });

const kubectl = (...args) => inside('kubectl', '--namespace', NAMESPACE, ...args);
const helm = (...args) => inside('helm', ...args, '--namespace', NAMESPACE);
const json = async (...args) => JSON.parse(await kubectl(...args, '--output', 'json'));

async function pods(component) {
  const selector = `app.kubernetes.io/instance=vortex,app.kubernetes.io/component=${component}`;
  return (await json('get', 'pods', '--selector', selector)).items;
}

const isReady = (pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

async function until(what, holds, patience = 3 * MINUTES) {
  const end = Date.now() + patience;
  for (;;) {
    if (await holds().catch(() => false)) return;
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await pause(500);
  }
}

async function keys() {
  const { data } = await json('get', 'secret', 'vortex-keys');
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]));
}

const addressOf = async (service) => (await json('get', 'service', service)).spec.clusterIP;

// One request, from where the cluster is reached.
async function curl(url, ...more) {
  const { 'bootstrap-key': key } = await keys();
  const out = await inside('curl', '--silent', '--max-time', '20', '--header', `x-api-key: ${key}`, '--write-out', '\n%{http_code}', ...more, url);
  const at = out.lastIndexOf('\n');
  return { status: Number(out.slice(at + 1)), body: out.slice(0, at) };
}

// Reads all the time while `deed` is done, and tells how that went.
const underLoad = (url, deed) => during([LOAD, url], deed);

// Has a script go on while `deed` is done, and answers with what it says of it.
async function during([script, url, ...more], deed) {
  const { 'bootstrap-key': key } = await keys();
  const [program, args] = command('node', [script, url, key, ...more]);
  const load = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  load.stdout.on('data', (part) => (said += part));
  const ended = new Promise((resolve) => load.on('close', resolve));
  await until('requests', async () => said.includes('started'));
  try {
    await deed();
    await pause(3_000);
  } finally {
    load.stdin.end();
  }
  await ended;
  return JSON.parse(said.slice(said.indexOf('{')));
}

test('the chart on a cluster', { timeout: 60 * MINUTES }, async (t) => {
  await inside('kubectl', 'create', 'namespace', NAMESPACE);
  // what is not restricted is not let in
  await inside('kubectl', 'label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted');
  t.after(async () => {
    if (process.env.VORTEX_KEEP) return;
    await helm('uninstall', 'vortex').catch(() => {});
    await inside('kubectl', 'delete', 'namespace', NAMESPACE, '--timeout=2m');
  });

  await t.test('an installation with defaults becomes ready', async () => {
    const started = Date.now();
    await helm('install', 'vortex', CHART, ...VALUES, '--wait', '--timeout', '5m');
    t.diagnostic(`ready after ${Math.round((Date.now() - started) / 1000)} s`);
    for (const [component, count] of Object.entries({ gateway: 2, 'config-svc': 1, 'rollout-svc': 1, 'drift-svc': 1, 'heartbeat-ingest': 2 })) {
      const all = await pods(component);
      assert.equal(all.length, count, component);
      for (const pod of all) {
        assert.ok(isReady(pod), pod.metadata.name);
        assert.equal(pod.status.containerStatuses[0].restartCount, 0, pod.metadata.name);
      }
    }
  });

  await t.test('helm test drives a change and a rollout through, and does so again', async () => {
    for (let run = 0; run < 2; run++) {
      await helm('test', 'vortex', '--timeout', '5m').catch(async (error) => {
        const logs = await kubectl('logs', 'vortex-test', '--all-containers').catch(() => '');
        throw new Error(`${error.message}\n${error.stdout}\n${logs}`);
      });
    }
  });

  const gateway = `http://${await addressOf('vortex-gateway')}:8080`;

  await t.test('an upgrade keeps the keys', async () => {
    const before = await keys();
    await helm('upgrade', 'vortex', CHART, ...VALUES, '--set', 'components.gateway.settings.access-log=true', '--wait', '--timeout', '5m');
    assert.deepEqual(await keys(), before);
  });

  await t.test('gRPC is found by reflection through a port-forward, with a key', async () => {
    const { 'bootstrap-key': key } = await keys();
    const [program, args] = command('kubectl', ['--namespace', NAMESPACE, 'port-forward', 'service/vortex-config-svc', '29091:9091']);
    const forward = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    try {
      await new Promise((resolve) => forward.stdout.once('data', resolve));
      const listed = await inside(GRPCURL, '-plaintext', '-H', `x-api-key: ${key}`, '127.0.0.1:29091', 'list');
      assert.match(listed, /vortex\.config\.v1\.ConfigService/);
      await assert.rejects(inside(GRPCURL, '-plaintext', '127.0.0.1:29091', 'list'));
    } finally {
      // whatever enters the cluster may have it as a child
      process.kill(-forward.pid);
    }
  });

  await t.test('nobody gets in without a key', async () => {
    assert.equal((await inside('curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', `${gateway}/api/configs`)).trim(), '401');
  });

  await t.test('a config-svc that is killed comes back with its data', async () => {
    const url = `${gateway}/api/configs/kept/prod`;
    const written = await curl(url, '--request', 'PUT', '--header', 'content-type: application/yaml', '--data', 'kept: true\n');
    assert.ok([200, 201].includes(written.status), JSON.stringify(written));
    const [{ metadata: before }] = await pods('config-svc');
    await kubectl('delete', 'pod', 'vortex-config-svc-0', '--grace-period=0', '--force');
    await until('config-svc again', async () => {
      const [pod] = await pods('config-svc');
      return pod && pod.metadata.uid !== before.uid && isReady(pod);
    });
    await until('reads by every gateway', async () => {
      for (let read = 0; read < 8; read++) assert.match((await curl(url)).body, /kept/);
      return true;
    });
  });

  await t.test('an eviction that the budget does not allow is refused', async () => {
    const [first, second] = await pods('gateway');
    const evict = ({ metadata: { name } }) => {
      const eviction = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } });
      const raw = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
      return inside('sh', '-c', `printf '%s' '${eviction}' | kubectl create --raw '${raw}' -f -`);
    };
    await evict(first);
    await assert.rejects(evict(second), /disruption budget/);
    await until('two gateways again', async () => (await pods('gateway')).filter(isReady).length === 2);
  });

  await t.test('a restart of the gateway fails no request', async () => {
    const result = await underLoad(`${gateway}/kept/prod`, async () => {
      await kubectl('rollout', 'restart', 'deployment/vortex-gateway');
      await kubectl('rollout', 'status', 'deployment/vortex-gateway', '--timeout=5m');
      // the last of the old ones drains
      await until('the old ones to end', async () => (await pods('gateway')).length === 2);
    });
    t.diagnostic(`gateway restart: ${JSON.stringify(result)}`);
    assert.ok(result.ok > 100);
    assert.equal(result.failed, 0, JSON.stringify(result));
  });

  for (const service of ['config-svc', 'rollout-svc']) {
    await t.test(`a restart of ${service} costs at most 503 with Retry-After`, async () => {
      const result = await underLoad(`${gateway}/kept/prod`, async () => {
        await kubectl('rollout', 'restart', `statefulset/vortex-${service}`);
        await kubectl('rollout', 'status', `statefulset/vortex-${service}`, '--timeout=5m');
        await until('reads again', async () => (await curl(`${gateway}/kept/prod`)).status === 200);
      });
      t.diagnostic(`${service} restart: ${JSON.stringify(result)}`);
      assert.ok(result.ok > 100);
      assert.equal(result.failed, result.told, JSON.stringify(result));
      if (service === 'rollout-svc') assert.equal(result.failed, 0);
    });
  }

  await t.test('ingest gets another replica under load, and loses it after, and no report', async () => {
    const ingest = 'components.heartbeat-ingest.autoscaling';
    const scaling = { enabled: true, minReplicas: 1, maxReplicas: 2, targetCPUUtilizationPercentage: 40 };
    const values = Object.entries(scaling).flatMap(([name, value]) => ['--set', `${ingest}.${name}=${value}`]);
    const soon = ['--set', `${ingest}.behavior.scaleDown.stabilizationWindowSeconds=15`];
    await helm('upgrade', 'vortex', CHART, ...VALUES, ...values, ...soon, '--wait', '--timeout', '5m');
    const replicas = async (count) => {
      const all = await pods('heartbeat-ingest');
      return all.length === count && all.every(isReady);
    };
    await until('one replica', () => replicas(1), 5 * MINUTES);
    const rollout = await startRollout('shop');
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const result = await during([REPORT, gateway, 'shop'], async () => {
      await until('a second replica', () => replicas(2), 5 * MINUTES);
      t.diagnostic(`a second replica of heartbeat-ingest after ${seconds()} s`);
      // so that both have reports of the same instances
      await pause(10_000);
    });
    const idle = seconds();
    await until('one replica again', () => replicas(1), 5 * MINUTES);
    t.diagnostic(`one replica ${seconds() - idle} s after the last report: ${JSON.stringify(result)}`);
    assert.ok(result.requests > 10_000, JSON.stringify(result));
    assert.equal(result.unsure, 0, JSON.stringify(result));
    const counted = async () => {
      const { total } = JSON.parse((await curl(`${gateway}/api/rollouts/${rollout}/analysis`)).body);
      return total.reduce((sum, { requests }) => sum + requests, 0);
    };
    await until('every figure', async () => (await counted()) >= result.requests, MINUTES);
    assert.equal(await counted(), result.requests);
  });

  // A rollout of a document of APP to half of its instances, which goes on by nobody's word; its id.
  async function startRollout(app) {
    const put = async (query, body) => {
      const answer = await curl(`${gateway}/api/configs/${app}/default?${query}`, '--request', 'PUT', '--header', 'content-type: application/yaml', '--data', body);
      assert.ok([200, 201].includes(answer.status), JSON.stringify(answer));
    };
    await put('version=v1', 'a: 1\n');
    await put('version=v2&stage_only=true', 'a: 2\n');
    const wanted = {
      app, profile: 'default', from_version: 'v1', to_version: 'v2', start: true, auto_promote: false,
      analysis: { interval: '5m' }, stages: [{ percentage: 50 }, { percentage: 100 }],
    };
    const made = await curl(`${gateway}/api/rollouts`, '--header', 'content-type: application/json', '--data', JSON.stringify(wanted));
    assert.equal(made.status, 201, JSON.stringify(made));
    return JSON.parse(made.body).id;
  }

  await t.test('a change reaches who watches through the service', async () => {
    const url = `${gateway}/api/configs/watched/default`;
    const put = (body) => curl(url, '--request', 'PUT', '--header', 'content-type: application/yaml', '--data', body);
    await put('a: 1\n');
    const { 'bootstrap-key': key } = await keys();
    const [program, args] = command('curl', ['--silent', '--no-buffer', '--max-time', '60', '--header', `x-api-key: ${key}`, `${gateway}/api/watch/watched/default`]);
    const watch = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let said = '';
    watch.stdout.on('data', (part) => (said += part));
    const ended = new Promise((resolve) => watch.on('close', resolve));
    try {
      await until('the first event', async () => said.includes('data:'));
      const before = said.length;
      await put('a: arrived\n');
      await until('the change', async () => said.slice(before).includes('arrived'), MINUTES);
    } finally {
      process.kill(-watch.pid);
    }
    await ended;
  });

  await t.test('an installation in place of one that was removed has its keys and data', async () => {
    const before = await keys();
    await helm('uninstall', 'vortex', '--wait');
    await helm('install', 'vortex', CHART, ...VALUES, '--wait', '--timeout', '5m');
    assert.deepEqual(await keys(), before);
    const again = `http://${await addressOf('vortex-gateway')}:8080/api/configs/kept/prod`;
    await until('reads', async () => (await curl(again)).status === 200);
  });

  const services = ['gateway', 'config-svc', 'rollout-svc', 'drift-svc', 'heartbeat-ingest'];

  // Whether the whole mesh works by TLS, and not without.
  async function worksByTls(authority) {
    const name = `vortex-gateway.${NAMESPACE}.svc`;
    const at = await addressOf('vortex-gateway');
    const trusting = ['--cacert', authority.ca, '--resolve', `${name}:8080:${at}`];
    await until('reads by TLS', async () => (await curl(`https://${name}:8080/api/configs/kept/prod`, ...trusting)).status === 200);
    // it says what it wants, and no more
    const plain = await curl(`http://${at}:8080/api/configs/kept/prod`).catch(() => ({ status: 0 }));
    assert.notEqual(plain.status, 200);
    await helm('test', 'vortex', '--timeout', '5m');
  }

  await t.test('with certificates of one secret everything goes by TLS', async (t) => {
    const authority = new Authority();
    t.after(() => authority.remove());
    const names = services.map((service) => `vortex-${service}.${NAMESPACE}.svc`);
    await tlsSecret('given-tls', authority.issue([...names, ...names.map((name) => `${name}.cluster.local`), 'localhost']));
    await helm('upgrade', 'vortex', CHART, ...VALUES, '--set', 'tls.enabled=true,tls.existingSecret=given-tls', '--wait', '--timeout', '5m');
    await worksByTls(authority);
  });

  await t.test("with cert-manager's certificates services ask each other for theirs", async (t) => {
    const schemas = await certManager(t);
    if (!schemas) return t.skip("cert-manager's definitions come as a Go module, and there is no Go");
    const authority = new Authority();
    t.after(() => authority.remove());
    const issuer = 'tls.certManager.enabled=true,tls.certManager.issuer.name=internal';
    await helm('upgrade', 'vortex', CHART, ...VALUES, '--set', `tls.enabled=true,tls.mutual=true,${issuer}`);
    // in its place: a secret for each certificate that is asked for
    const { items } = await json('get', 'certificates.cert-manager.io');
    assert.equal(items.length, services.length);
    for (const { spec } of items) {
      assert.deepEqual(spec.usages, ['digital signature', 'server auth', 'client auth']);
      await tlsSecret(spec.secretName, authority.issue(spec.dnsNames));
    }
    for (const service of services) {
      const kind = ['gateway', 'heartbeat-ingest'].includes(service) ? 'deployment' : 'statefulset';
      await kubectl('rollout', 'status', `${kind}/vortex-${service}`, '--timeout=5m');
    }
    await worksByTls(authority);
  });

  // Has the cluster know cert-manager's kinds while a test runs, if they can be had.
  async function certManager(t) {
    const crd = 'certificates.cert-manager.io';
    if (await inside('kubectl', 'get', 'crd', crd).catch(() => '')) return true;
    const fetched = promisify(execFile)('go', ['mod', 'download', '-json', 'github.com/cert-manager/cert-manager@v1.21.2'], { cwd: '/' });
    const folder = await fetched.then(({ stdout }) => path.join(JSON.parse(stdout).Dir, 'deploy/crds'), () => undefined);
    if (!folder) return false;
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).flatMap((name) => ['--filename', path.join(folder, name)]);
    t.after(() => inside('kubectl', 'delete', ...files));
    await inside('kubectl', 'apply', '--server-side', ...files);
    await inside('kubectl', 'wait', '--for', 'condition=Established', `crd/${crd}`, '--timeout=1m');
    return true;
  }
});
