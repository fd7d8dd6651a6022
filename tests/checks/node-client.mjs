// The npm client of Spring Cloud Config reads a real repository, unchanged.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { expected } from './goldens.mjs';
import { MODES, startMesh } from './mesh.mjs';
import { PATIENCE } from './process.mjs';

const require = createRequire(path.join(process.env.VORTEX_TOOLS, 'npm/package.json'));
const client = require('cloud-config-client');

for (const mode of MODES) {
  describe(mode, { timeout: PATIENCE }, () => {
    let mesh;
    before(async () => {
      mesh = await startMesh(mode, 'petclinic-config.bundle');
    });
    after(() => mesh?.stop());

    const load = (options) => client.load({ endpoint: `http://${mesh.http}`, name: 'vets-service', ...options });

    test('it reads the values of two profiles', async () => {
      const config = await load({ profiles: ['docker', 'mysql'] });
      assert.equal(config.get('server.port'), 8083);
      assert.equal(config.get('vets.cache', 'ttl'), 60);
      assert.equal(config.get('spring.datasource.username'), 'root');
      assert.equal(config.get('eureka.client.serviceUrl.defaultZone'), 'http://discovery-server:8761/eureka/');
    });

    test('it sees all that it would see at a Spring server', async () => {
      const config = await load({ profiles: ['docker', 'mysql'], label: 'main' });
      assert.deepEqual(config.properties, expected('/vets-service/docker,mysql/main'));
    });

    test('it reads the default profile without being told to', async () => {
      const config = await load({});
      assert.deepEqual(config.properties, expected('/vets-service/default'));
    });

    test('it reads another label', async () => {
      const config = await load({ label: 'master' });
      assert.deepEqual(config.properties, expected('/vets-service/default/master'));
    });

    test('it fails on a label that is not there', async () => {
      await assert.rejects(load({ label: 'nolabel' }), /404|not found/i);
    });
  });
}
