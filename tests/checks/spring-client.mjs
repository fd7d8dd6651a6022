// A Spring Boot application reads a real repository, unchanged.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { expected } from './goldens.mjs';
import { MODES, startMesh } from './mesh.mjs';
import { PATIENCE } from './process.mjs';
import { run } from './run.mjs';
import { startSecureMesh } from './secure.mjs';

const output = path.join(process.env.VORTEX_TOOLS, 'spring-client');
const project = new URL('spring-client', import.meta.url).pathname;

// It ends too soon for the best of compilers to be worth its time.
const BRIEF = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

// Starts the application, and answers how it ended and what it was given.
async function application(server, ...args) {
  const jar = path.join(output, 'spring-client.jar');
  const options = [`--spring.cloud.config.uri=${server}`, '--spring.profiles.active=docker,mysql', ...args];
  const { status, stdout, stderr } = await run('java', [...BRIEF, '-jar', jar, ...options]);
  const given = [...stdout.matchAll(/^given ([^=]+)=(.*)$/gm)].map(([, key, value]) => [key, value]);
  return { status, given: Object.fromEntries(given), said: stdout + stderr };
}

// Values as an application sees them: text, though numbers are equal when their values are.
function assertGiven({ status, given, said }, path) {
  assert.equal(status, 0, said);
  const golden = expected(path);
  // the client adds the repository's commit to what the server gave
  const ours = Object.keys(given).filter((key) => !key.startsWith('config.client.'));
  assert.deepEqual(ours.sort(), Object.keys(golden).sort());
  for (const [key, value] of Object.entries(golden)) {
    const seen = typeof value === 'number' ? Number(given[key]) : given[key];
    assert.equal(seen, typeof value === 'number' ? value : String(value), key);
  }
}

// The properties of a client that trusts this authority alone.
function trustStore(authority) {
  const store = `${authority}.p12`;
  const kind = ['-storetype', 'PKCS12', '-storepass', 'changeit'];
  execFileSync('keytool', ['-importcert', '-noprompt', '-alias', 'vortex', '-file', authority, '-keystore', store, ...kind], { stdio: 'pipe' });
  const settings = { enabled: true, 'trust-store': `file:${store}`, 'trust-store-type': 'PKCS12', 'trust-store-password': 'changeit' };
  return Object.entries(settings).map(([name, value]) => `--spring.cloud.config.tls.${name}=${value}`);
}

before(() => {
  const quiet = ['-q', '-B', '-ntp', '-Dstyle.color=never'];
  const options = ['-f', path.join(project, 'pom.xml'), `-Doutput=${output}`, 'package'];
  execFileSync('mvn', [...quiet, ...options], { stdio: 'inherit', timeout: 10 * PATIENCE });
});

for (const mode of MODES) {
  describe(mode, { timeout: 5 * PATIENCE }, () => {
    let mesh;
    before(async () => {
      mesh = await startMesh(mode, 'petclinic-config.bundle');
    });
    after(() => mesh?.stop());

    test('without a label it sees what it would see at a Spring server', async () => {
      assertGiven(await application(`http://${mesh.http}`), '/vets-service/docker,mysql');
    });

    test('with label main it sees what it would see at a Spring server', async () => {
      const seen = await application(`http://${mesh.http}`, '--spring.cloud.config.label=main');
      assertGiven(seen, '/vets-service/docker,mysql/main');
    });

    test('a label that is not there is passed over for the next', async () => {
      const seen = await application(`http://${mesh.http}`, '--spring.cloud.config.label=nolabel,main');
      assertGiven(seen, '/vets-service/docker,mysql/main');
    });

    test('it does not start when its only label is not there', async () => {
      const { status, said } = await application(`http://${mesh.http}`, '--spring.cloud.config.label=nolabel');
      assert.equal(status, 1, said);
      assert.match(said, /None of labels \[nolabel\] found/);
    });
  });
}

// Beside each other, since what takes time is starting Java.
describe('by TLS, where a key is needed', { timeout: 5 * PATIENCE, concurrency: true }, () => {
  let mesh;
  let trust;
  before(async () => {
    mesh = await startSecureMesh({ bundle: 'petclinic-config.bundle' });
    trust = trustStore(mesh.file('ca.crt'));
  });
  after(() => mesh?.stop());

  const read = (key, trust) =>
    application(
      `https://${mesh.http}`,
      '--spring.cloud.config.username=vets-service',
      `--spring.cloud.config.password=${key}`,
      ...trust,
    );

  const fails = async (key, trust, why) => {
    const { status, given, said } = await read(key, trust);
    assert.equal(status, 1, said);
    assert.deepEqual(given, {});
    assert.match(said, /ConfigClientFailFastException/);
    assert.match(said, why);
  };

  test('with a key it sees what it would see at a Spring server', async () => {
    assertGiven(await read(mesh.createKey('reader', 'vets-service/**'), trust), '/vets-service/docker,mysql');
  });

  test('it does not start with a key that nobody made', () => fails(mesh.stranger, trust, /401/));

  test("it does not start with a key of another's scope, and says what would do", () =>
    fails(mesh.createKey('reader', 'visits-service/**'), trust, /403.*reader.*vets-service/));

  test('it does not start without trusting the authority', () =>
    fails(mesh.createKey('reader', 'vets-service/**'), [], /PKIX path building failed/));
});

test('it does not start when nothing is served', async () => {
  const mesh = await startMesh(MODES[0]);
  await mesh.stop();
  const { status, said } = await application(`http://${mesh.http}`);
  assert.equal(status, 1, said);
  assert.match(said, /ConfigClientFailFastException/);
});
