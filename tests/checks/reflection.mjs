// Every port that serves gRPC describes itself, and can be called, with buf and
// grpcurl alone: no .proto file is given to them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buf, messages, services } from './contract.mjs';
import { MODES, startMesh } from './mesh.mjs';
import { PATIENCE } from './process.mjs';
import { lines, run } from './run.mjs';

const grpcurl = path.join(process.env.VORTEX_TOOLS, 'grpcurl');
const skip = existsSync(grpcurl) ? false : 'grpcurl is not installed';
const CONFIG = 'vortex.config.v1.ConfigService';

const curl = ['curl', '--http2-prior-knowledge', '--protocol', 'grpc'];
const viaBuf = (address, method, request) =>
  run(buf, [...curl, '-d', JSON.stringify(request), `http://${address}/${CONFIG}/${method}`]);
const viaGrpcurl = (address, method, request) =>
  run(grpcurl, ['-plaintext', '-d', JSON.stringify(request), address, `${CONFIG}/${method}`]);

// One tool writes, the other reads.
async function putAndGet(address, app, put, get) {
  const content = Buffer.from(`greeting: ${app}\n`).toString('base64');
  const written = await put(address, 'PutDocument', {
    document: { app, profile: 'default' },
    content,
    media_type: 'application/yaml',
    version: 'v1',
  });
  assert.equal(written.status, 0, written.stderr);
  assert.equal(JSON.parse(written.stdout).version, 'v1');
  const read = await get(address, 'GetConfig', { app, min_token: JSON.parse(written.stdout).token });
  assert.equal(read.status, 0, read.stderr);
  const { config, version } = JSON.parse(read.stdout);
  assert.equal(version, 'v1');
  assert.deepEqual(JSON.parse(Buffer.from(config, 'base64')), { greeting: app });
}

const unknown = { app: 'reflection', label: 'nowhere' };

for (const mode of MODES) {
  describe(mode, { timeout: 3 * PATIENCE }, () => {
    let mesh;
    let ports;
    before(async () => {
      mesh = await startMesh(mode);
      ports = Object.values(mesh.grpc);
    });
    after(() => mesh?.stop());

    for (const version of ['v1', 'v1alpha']) {
      const protocol = `grpc-${version}`;
      const list = (address, what) => lines(buf, [...curl, '--reflect-protocol', protocol, what, `http://${address}`]);

      test(`buf lists every service of the contract by ${protocol}`, async () => {
        const listed = await Promise.all(ports.map((address) => list(address, '--list-services')));
        for (const served of listed) {
          // each version of reflection names itself alone
          const others = served.filter((name) => name.startsWith('grpc.'));
          assert.deepEqual(others.sort(), ['grpc.health.v1.Health', `grpc.reflection.${version}.ServerReflection`]);
        }
        const ours = listed.flat().filter((name) => !name.startsWith('grpc.'));
        assert.deepEqual(ours.sort(), [...services.keys()].sort());
      });

      test(`buf lists every method of the contract by ${protocol}`, async () => {
        const listed = await Promise.all(ports.map((address) => list(address, '--list-methods')));
        const ours = listed.flat().filter((name) => !name.startsWith('grpc.'));
        const contract = [...services].flatMap(([service, methods]) => methods.map((method) => `${service}/${method}`));
        assert.deepEqual(ours.sort(), contract.sort());
      });
    }

    test('grpcurl lists what buf lists', { skip }, async () => {
      for (const address of ports) {
        const listed = await lines(grpcurl, ['-plaintext', address, 'list']);
        const services = await lines(buf, [...curl, '--list-services', `http://${address}`]);
        // grpcurl's age decides which version of reflection answers, and names itself
        const described = (names) => names.filter((name) => !name.startsWith('grpc.reflection.')).sort();
        assert.deepEqual(described(listed), described(services));
      }
    });

    test('grpcurl describes every service with all its methods', { skip }, async () => {
      for (const address of ports) {
        for (const service of await lines(grpcurl, ['-plaintext', address, 'list'])) {
          const described = (await lines(grpcurl, ['-plaintext', address, 'describe', service])).join('\n');
          assert.match(described, /is a service:/);
          for (const method of services.get(service) ?? []) {
            assert.match(described, new RegExp(`rpc ${method} \\(`), `${service} lacks ${method}`);
          }
        }
      }
    });

    test('grpcurl describes every message with all its fields', { skip }, async () => {
      for (const [message, fields] of messages) {
        const answers = await Promise.all(
          ports.map((address) => run(grpcurl, ['-plaintext', address, 'describe', message])),
        );
        const described = answers.find(({ status }) => status === 0)?.stdout;
        assert.ok(described, `no port describes ${message}: ${answers[0].stderr}`);
        for (const field of fields) {
          assert.match(described, new RegExp(` ${field} = \\d+`), `${message} lacks ${field}`);
        }
      }
    });

    test('grpcurl reads what buf wrote, and buf what grpcurl wrote', { skip }, async () => {
      const address = mesh.grpc['config-svc'];
      await putAndGet(address, 'by-buf', viaBuf, viaGrpcurl);
      await putAndGet(address, 'by-grpcurl', viaGrpcurl, viaBuf);
    });

    test('grpcurl reports an instance and asks how its fleet stands', { skip }, async () => {
      const fleet = { app: 'by-grpcurl-alone', profiles: ['prod'] };
      const call = async (service, method, request) => {
        const args = ['-plaintext', '-d', JSON.stringify(request), mesh.grpc[service], method];
        const { status, stdout, stderr } = await run(grpcurl, args);
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout);
      };
      const heartbeat = { fleet, instance_id: 'pod-1', version: 'v1' };
      const { reply } = await call('heartbeat-ingest', 'vortex.heartbeat.v1.HeartbeatService/Report', { heartbeat });
      assert.equal(reply.nextInterval, '30s');
      const end = Date.now() + PATIENCE;
      let drift;
      do {
        ({ drift } = await call('drift-svc', 'vortex.drift.v1.DriftService/GetDrift', { fleet }));
      } while (drift.total !== '1' && Date.now() < end);
      assert.equal(drift.total, '1');
    });

    test('Python, which learns all by reflection, reports over a session and reads the instance', async (t) => {
      const python = path.join(process.env.VORTEX_TOOLS, 'grpcio/bin/python');
      if (!existsSync(python)) return t.skip('grpcio is not installed');
      const script = new URL('foreign.py', import.meta.url).pathname;
      const { status, stdout, stderr } = await run(python, [script, mesh.grpc['heartbeat-ingest'], mesh.grpc['drift-svc']]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /pod-1 runs v1/);
    });

    test('buf shows the details of an error', async () => {
      const { status, stderr } = await viaBuf(mesh.grpc['config-svc'], 'GetConfig', unknown);
      assert.notEqual(status, 0);
      const error = JSON.parse(stderr);
      assert.equal(error.code, 'not_found');
      const [info] = error.details.filter(({ type }) => type === 'google.rpc.ErrorInfo');
      // buf prints details as they travel, and leaves reading them to its caller
      assert.ok(Buffer.from(info?.value ?? '', 'base64').includes('LABEL_NOT_FOUND'), stderr);
    });

    test('grpcurl shows the details of an error', { skip }, async () => {
      const { status, stderr } = await viaGrpcurl(mesh.grpc['config-svc'], 'GetConfig', unknown);
      assert.notEqual(status, 0);
      assert.match(stderr, /Code: NotFound/);
      assert.match(stderr, /"reason": *"LABEL_NOT_FOUND"/);
    });
  });
}
