// schemathesis asks everything that the OpenAPI document describes, and much that it does not: each
// answer has a status that is documented, and none is a server's error.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { MODES, startMesh } from './mesh.mjs';
import { PATIENCE } from './process.mjs';
import { run } from './run.mjs';
import { startSecureMesh } from './secure.mjs';

const schemathesis = path.join(process.env.VORTEX_TOOLS, 'schemathesis/bin/schemathesis');
// VORTEX_SEED repeats a run.
const seed = process.env.VORTEX_SEED ?? String(Math.floor(Math.random() * 2 ** 31));
const SECONDS = 100;
// Most of what asks for a key ends at that.
const REFUSED_SECONDS = 10;
// What is for anybody.
const OPEN = ['/', '/api/openapi.json', '/health', '/health/live', '/health/ready'].map((route) => `GET ${route}`);
// Streams do not end.
const ENDLESS = ['watchConfig', 'watchRollout', 'connect'];
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];

// Has every answer of a server held against its document; `server` are options that reach it.
async function holds(document, seconds, examples, server = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vortex-openapi-'));
  try {
    const { status, stdout, stderr } = await run(schemathesis, [
      'run', document,
      '--checks', CHECKS.join(','),
      '--max-examples', String(examples), '--max-time', String(seconds), '--phases', 'coverage,fuzzing',
      '--seed', seed, '--request-timeout', '20', '--no-color', '--continue-on-failure', '--no-shrink',
      ...ENDLESS.flatMap((id) => ['--exclude-operation-id', id]),
      ...server,
    ], { cwd: folder, timeout: seconds * 1000 + PATIENCE });
    assert.equal(status, 0, stdout + stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe(`the OpenAPI document, with seed ${seed}`, { timeout: (SECONDS + 60) * 1000 + PATIENCE }, () => {
  let mesh;
  before(async () => {
    mesh = await startMesh(MODES[0]);
  });
  after(() => mesh?.stop());

  test('every answer is one that it documents', () => holds(`http://${mesh.http}/api/openapi.json`, SECONDS, 15));
});

describe(`the OpenAPI document where a key is needed, with seed ${seed}`, { timeout: 4 * PATIENCE }, () => {
  let mesh;
  before(async () => {
    mesh = await startSecureMesh();
  });
  after(() => mesh?.stop());

  const byTls = (...headers) => holds(
    `https://${mesh.http}/api/openapi.json`, REFUSED_SECONDS, 2,
    ['--tls-verify', mesh.file('ca.crt'), ...headers.flatMap((header) => ['--header', header])],
  );

  test('every answer to who shows no key is one that it documents, and nothing is done for them', async () => {
    await byTls();
    const routes = await done(mesh);
    assert.ok(routes.includes('GET /api/openapi.json'), routes.join());
    assert.deepEqual(routes.filter((route) => !OPEN.includes(route)), []);
  });

  test('every answer to a reader is one that it documents', async () => {
    await byTls(`X-API-Key: ${mesh.createKey('reader', 'orders/**')}`);
  });
});

// The routes that were asked for something and did it, by the server's own count.
async function done(mesh) {
  const request = https.get(`https://${mesh.http}/metrics`, { ca: readFileSync(mesh.file('ca.crt')), headers: { 'X-API-Key': mesh.admin } });
  const [answer] = await once(request, 'response');
  const counted = (await text(answer)).matchAll(/^http_requests_total\{method="(\w+)",path="([^"]+)",status="2/gm);
  return [...counted].filter(([, method]) => method !== 'OPTIONS').map(([, method, route]) => `${method} ${route}`);
}
