// Clients in Node.js call a server that speaks TLS and asks for keys, each by the means of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { expected } from './goldens.mjs';
import { PATIENCE } from './process.mjs';
import { run } from './run.mjs';
import { startSecureMesh } from './secure.mjs';

const require = createRequire(path.join(process.env.VORTEX_TOOLS, 'npm/package.json'));
const client = require('cloud-config-client');

// `fetch` takes authorities from the environment alone, at the start.
const FETCH = `
  const [url, key] = process.argv.slice(1);
  const answer = await fetch(url, { headers: { 'X-API-Key': key } });
  console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));
`;
const READ = '/api/effective/vets-service/docker';
const WRITE = '/api/configs/orders/prod?label=ours';
const yaml = { 'Content-Type': 'application/yaml' };
const bearer = (key) => ({ Authorization: `Bearer ${key}` });

describe('by TLS, where a key is needed', { timeout: 3 * PATIENCE }, () => {
  let mesh, ca, agent, reader, writer, foreigner;
  before(async () => {
    mesh = await startSecureMesh({ bundle: 'petclinic-config.bundle' });
    ca = readFileSync(mesh.file('ca.crt'));
    agent = new https.Agent({ ca, maxCachedSessions: 0 });
    reader = mesh.createKey('reader', 'vets-service/**');
    writer = mesh.createKey('writer', 'ours:orders/**');
    foreigner = mesh.createKey('reader', 'visits-service/**');
  });
  after(() => mesh?.stop());

  // What https answers.
  async function ask(method, path, headers, body) {
    const request = https.request(`https://${mesh.http}${path}`, { method, headers, agent });
    request.end(body);
    const [answer] = await once(request, 'response');
    const said = await text(answer);
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(said) };
  }

  test('the npm client of Spring Cloud Config reads with the key as password', async () => {
    const read = { endpoint: `https://${mesh.http}`, name: 'vets-service', profiles: ['docker', 'mysql'], agent };
    const load = (key) => client.load({ ...read, auth: { user: 'vets-service', pass: key } });
    assert.deepEqual((await load(reader)).properties, expected('/vets-service/docker,mysql'));
    await assert.rejects(load(mesh.stranger), /401/);
    await assert.rejects(load(foreigner), /403/);
    await assert.rejects(client.load(read), /401/);
    await assert.rejects(client.load({ ...read, agent: undefined }), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test('fetch reads with the authority of NODE_EXTRA_CA_CERTS, and not without', async () => {
    const args = ['--input-type=module', '-e', FETCH, '--', `https://${mesh.http}${READ}`, reader];
    const { status, stdout, stderr } = await run(process.execPath, args, { env: { NODE_EXTRA_CA_CERTS: mesh.file('ca.crt') } });
    assert.equal(status, 0, stderr);
    const answer = JSON.parse(stdout);
    assert.equal(answer.status, 200, stdout);
    assert.equal(answer.body.config.server.port, 8083);
    const untrusting = await run(process.execPath, args);
    assert.notEqual(untrusting.status, 0);
    assert.match(untrusting.stderr, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
  });

  test('https writes with the key of a writer, and reads it back', async () => {
    const written = await ask('PUT', WRITE, { ...yaml, ...bearer(writer) }, 'timeout: 5s\n');
    assert.equal(written.status, 201, JSON.stringify(written.body));
    const read = await ask('GET', `/api/effective/orders/prod?label=ours&min_token=${written.body.token}`, bearer(writer));
    assert.deepEqual(read.body.config, { timeout: '5s' });
  });

  test('no key and a key that nobody made are told apart from a key that is not for this', async () => {
    for (const headers of [{}, bearer(mesh.stranger), { 'X-API-Key': mesh.stranger }]) {
      const { status, headers: answered, body } = await ask('GET', READ, headers);
      assert.equal(status, 401);
      assert.equal(body.code, 'UNAUTHENTICATED');
      assert.match(answered['www-authenticate'], /Bearer/);
    }
    for (const refused of [
      await ask('GET', READ, bearer(foreigner)),
      await ask('PUT', '/api/configs/vets-service/prod?label=ours', { ...yaml, ...bearer(reader) }, 'a: 1\n'),
    ]) {
      assert.equal(refused.status, 403);
      assert.equal(refused.body.code, 'PERMISSION_DENIED');
      assert.match(refused.body.detail, /reader|writer/);
    }
  });

  test('HTTP/2 is agreed on by ALPN, and carries a key', async () => {
    const session = http2.connect(`https://${mesh.http}`, { ca });
    try {
      await once(session, 'connect');
      assert.equal(session.alpnProtocol, 'h2');
      for (const [headers, status] of [[{ 'x-api-key': reader }, 200], [{}, 401]]) {
        const stream = session.request({ ':path': READ, ...headers });
        const [answered] = await once(stream, 'response');
        const body = JSON.parse(await text(stream));
        assert.equal(answered[':status'], status);
        if (status === 200) assert.equal(body.config.server.port, 8083);
      }
    } finally {
      session.destroy();
    }
  });

  test('a watch ends when its key is revoked, and says why', async () => {
    const key = mesh.createKey('reader', 'vets-service/**');
    const request = https.get(`https://${mesh.http}/api/watch/vets-service/docker`, { headers: bearer(key), agent });
    const [answer] = await once(request, 'response');
    assert.equal(answer.statusCode, 200);
    const lines = [];
    for await (const line of createInterface({ input: answer })) {
      if (line === 'event: snapshot') mesh.command('key', 'revoke', key.split('_')[1], '--yes');
      lines.push(line);
    }
    const problem = lines[lines.indexOf('event: problem') + 1];
    assert.match(problem, /^data: .*"code":"UNAUTHENTICATED"/, lines.join('\n'));
    assert.equal((await ask('GET', READ, bearer(key))).status, 401);
  });

  test('http:// is answered with what to use', async () => {
    const request = http.get(`http://${mesh.http}${READ}`, { headers: bearer(reader) });
    const [answer] = await once(request, 'response');
    assert.equal(answer.statusCode, 400);
    assert.equal(await text(answer), 'this port speaks TLS: use https://\n');
  });
});

describe('where a certificate is needed, too', { timeout: PATIENCE }, () => {
  let mesh, reader;
  before(async () => {
    mesh = await startSecureMesh({ clientCertificates: true });
    reader = mesh.createKey('reader', 'orders');
  });
  after(() => mesh?.stop());

  // What is answered to who shows a certificate of these files.
  async function ask(of, headers) {
    const [ca, cert, key] = [mesh.file('ca.crt'), of?.('vortex.crt'), of?.('vortex.key')].map((file) => file && readFileSync(file));
    const request = https.get(`https://${mesh.http}/api/effective/orders/prod`, { ca, cert, key, headers });
    const [answer] = await once(request, 'response');
    answer.resume();
    return answer.statusCode;
  }

  test('one of its authority is taken, beside a key and in place of none', async () => {
    assert.equal(await ask(mesh.file, bearer(reader)), 200);
    assert.equal(await ask(mesh.file, {}), 401);
  });

  test('one of another authority is refused, and none', async () => {
    await assert.rejects(ask(mesh.foreign, bearer(reader)), /alert/);
    await assert.rejects(ask(undefined, bearer(reader)), /alert certificate required/);
  });
});
