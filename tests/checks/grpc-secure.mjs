// grpcurl and buf call ports that speak TLS and ask for keys: what a port is, they learn from it alone.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buf, services } from './contract.mjs';
import { PATIENCE } from './process.mjs';
import { lines, run } from './run.mjs';
import { startSecureMesh } from './secure.mjs';

const grpcurl = path.join(process.env.VORTEX_TOOLS, 'grpcurl');
const skip = existsSync(grpcurl) ? false : 'grpcurl is not installed';
const GET = 'vortex.config.v1.ConfigService/GetConfig';
const PUT = 'vortex.config.v1.ConfigService/PutDocument';

// grpcurl tries again and again where a connection breaks.
const HASTE = ['-connect-timeout', '1'];

const bearer = (key) => `authorization: Bearer ${key}`;
const orders = JSON.stringify({ app: 'orders' });

// Checks that a program fails, and says so.
async function refused(program, args, why) {
  const { status, stderr } = await run(program, args);
  assert.notEqual(status, 0, args.join(' '));
  assert.match(stderr, why, args.join(' '));
}

describe('ports that ask for keys, by TLS', { timeout: 3 * PATIENCE }, () => {
  let mesh, address, ca, reader, writer, foreigner;
  before(async () => {
    mesh = await startSecureMesh();
    address = mesh.grpc['config-svc'];
    ca = mesh.file('ca.crt');
    [reader, writer] = ['reader', 'writer'].map((role) => mesh.createKey(role, 'orders'));
    foreigner = mesh.createKey('writer', 'payments/**');
  });
  after(() => mesh?.stop());

  const byBuf = (...args) => ['curl', '--protocol', 'grpc', '--cacert', ca, ...args];
  const method = (name) => `https://${address}/${name}`;

  test('with a key, buf lists every service of the contract', async () => {
    const ports = Object.values(mesh.grpc);
    const listed = await Promise.all(
      ports.map((port) => lines(buf, byBuf('--reflect-header', bearer(reader), '--list-services', `https://${port}`))),
    );
    const ours = listed.flat().filter((name) => !name.startsWith('grpc.'));
    assert.deepEqual(ours.sort(), [...services.keys()].sort());
  });

  test('without a key, buf learns nothing', async () => {
    await refused(buf, byBuf('--list-services', `https://${address}`), /not authenticated/);
  });

  test('with a key, grpcurl lists what buf lists', { skip }, async () => {
    for (const port of Object.values(mesh.grpc)) {
      const listed = await lines(grpcurl, ['-cacert', ca, '-H', bearer(reader), port, 'list']);
      const services = await lines(buf, byBuf('--reflect-header', bearer(reader), '--list-services', `https://${port}`));
      const described = (names) => names.filter((name) => !name.startsWith('grpc.reflection.')).sort();
      assert.deepEqual(described(listed), described(services));
    }
  });

  test('grpcurl reads what buf wrote, each with its own key', { skip }, async () => {
    const document = { app: 'orders', profile: 'default' };
    const content = Buffer.from('timeout: 5s\n').toString('base64');
    const request = { document, content, media_type: 'application/yaml', version: 'v1' };
    await lines(buf, byBuf('-H', bearer(writer), '--reflect-header', bearer(writer), '-d', JSON.stringify(request), method(PUT)));
    const read = await lines(grpcurl, ['-cacert', ca, '-H', bearer(reader), '-d', orders, address, GET]);
    const { config } = JSON.parse(read.join('\n'));
    assert.deepEqual(JSON.parse(Buffer.from(config, 'base64')), { timeout: '5s' });
  });

  test('grpcurl is refused what its key is not for, and is told what would do', { skip }, async () => {
    const put = JSON.stringify({ document: { app: 'orders' } });
    for (const [name, request, role] of [[GET, orders, 'reader'], [PUT, put, 'writer']]) {
      const { status, stderr } = await run(grpcurl, ['-cacert', ca, '-H', bearer(foreigner), '-d', request, address, name]);
      assert.notEqual(status, 0, name);
      assert.match(stderr, /Code: PermissionDenied/);
      assert.match(stderr, new RegExp(`"role": *"${role}"`));
      assert.match(stderr, /"scope": *"main:orders\/default"/);
    }
    // a role that its key does not have at all
    await refused(grpcurl, ['-cacert', ca, '-H', bearer(reader), '-d', put, address, PUT], /Code: PermissionDenied[^]*"role": *"writer"/);
  });

  test('without a key, or with a wrong one, a call is UNAUTHENTICATED', { skip }, async () => {
    // reflection has a key of its own here, so that it is the call which is refused
    const learned = ['-cacert', ca, '-reflect-header', bearer(reader), '-d', orders];
    await refused(grpcurl, [...learned, address, GET], /Code: Unauthenticated/);
    await refused(grpcurl, [...learned, '-rpc-header', bearer(mesh.stranger), address, GET], /Code: Unauthenticated/);
    await refused(grpcurl, ['-cacert', ca, address, 'list'], /code = Unauthenticated/);
  });

  test('who does not trust the authority calls nothing', { skip }, async () => {
    const foreign = ['-cacert', mesh.foreign('ca.crt'), '-H', bearer(reader), address, 'list'];
    await refused(grpcurl, foreign, /certificate signed by unknown authority/);
  });

  test('in plain text buf calls nothing', async () => {
    const plain = ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', '--reflect-header', bearer(reader)];
    // what it was answered with was a line of HTTP/1.1
    await refused(buf, [...plain, '--list-services', `http://${address}`], /HTTP\/1\.1 header/);
  });

  test('in plain text grpcurl calls nothing', { skip }, async () => {
    await refused(grpcurl, ['-plaintext', ...HASTE, '-H', bearer(reader), address, 'list'], /Failed to dial/);
  });
});

describe('ports that ask for a certificate, too', { timeout: 3 * PATIENCE }, () => {
  let mesh, address, reader;
  before(async () => {
    mesh = await startSecureMesh({ clientCertificates: true });
    address = mesh.grpc['config-svc'];
    reader = mesh.createKey('reader', 'orders');
  });
  after(() => mesh?.stop());

  const list = (...args) => ['-cacert', mesh.file('ca.crt'), ...args, '-H', bearer(reader), address, 'list'];
  const shown = (of) => ['-cert', of('vortex.crt'), '-key', of('vortex.key')];

  test('one of their authority is taken, with a key', { skip }, async () => {
    const listed = await lines(grpcurl, list(...shown(mesh.file)));
    assert.ok(listed.includes('vortex.config.v1.ConfigService'), listed.join());
    const keyless = ['-cacert', mesh.file('ca.crt'), ...shown(mesh.file), address, 'list'];
    await refused(grpcurl, keyless, /code = Unauthenticated/);
  });

  test('one of another authority is refused, and none', { skip }, async () => {
    await refused(grpcurl, list(...HASTE, ...shown(mesh.foreign)), /Failed to dial/);
    await refused(grpcurl, list(...HASTE), /Failed to dial/);
  });
});
