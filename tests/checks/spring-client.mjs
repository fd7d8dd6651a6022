// A Spring Boot application reads a real repository, unchanged.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { expected } from './goldens.mjs';
import { MODES, startMesh } from './mesh.mjs';
import { PATIENCE, environment } from './process.mjs';

const output = path.join(process.env.VORTEX_TOOLS, 'spring-client');
const project = new URL('spring-client', import.meta.url).pathname;

// Starts the application, and answers how it ended and what it was given.
function application(http, ...args) {
  const jar = path.join(output, 'spring-client.jar');
  const options = [`--spring.cloud.config.uri=http://${http}`, '--spring.profiles.active=docker,mysql', ...args];
  return new Promise((resolve) => {
    const settings = { env: environment(), timeout: PATIENCE };
    execFile('java', ['-jar', jar, ...options], settings, (error, stdout, stderr) => {
      const given = [...stdout.matchAll(/^given ([^=]+)=(.*)$/gm)].map(([, key, value]) => [key, value]);
      resolve({ status: error?.code ?? 0, given: Object.fromEntries(given), said: stdout + stderr });
    });
  });
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
      assertGiven(await application(mesh.http), '/vets-service/docker,mysql');
    });

    test('with label main it sees what it would see at a Spring server', async () => {
      const seen = await application(mesh.http, '--spring.cloud.config.label=main');
      assertGiven(seen, '/vets-service/docker,mysql/main');
    });

    test('a label that is not there is passed over for the next', async () => {
      const seen = await application(mesh.http, '--spring.cloud.config.label=nolabel,main');
      assertGiven(seen, '/vets-service/docker,mysql/main');
    });

    test('it does not start when its only label is not there', async () => {
      const { status, said } = await application(mesh.http, '--spring.cloud.config.label=nolabel');
      assert.equal(status, 1, said);
      assert.match(said, /None of labels \[nolabel\] found/);
    });
  });
}

test('it does not start when nothing is served', async () => {
  const mesh = await startMesh(MODES[0]);
  await mesh.stop();
  const { status, said } = await application(mesh.http);
  assert.equal(status, 1, said);
  assert.match(said, /ConfigClientFailFastException/);
});
