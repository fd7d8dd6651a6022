// schemathesis asks everything that the OpenAPI document describes, and much that it does not: each
// answer has a status that is documented, and none is a server's error.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PATIENCE, Process, environment } from './process.mjs';

const schemathesis = path.join(process.env.VORTEX_TOOLS, 'schemathesis/bin/schemathesis');
// VORTEX_SEED repeats a run.
const seed = process.env.VORTEX_SEED ?? String(Math.floor(Math.random() * 2 ** 31));
const SECONDS = 100;
// Streams do not end.
const ENDLESS = ['watchConfig', 'watchRollout'];
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];

describe(`the OpenAPI document, with seed ${seed}`, { timeout: (SECONDS + 60) * 1000 + PATIENCE }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vortex-openapi-'));
  let up;
  let http;

  before(async () => {
    up = new Process('vortex', ['up', '--ephemeral', '--http', '127.0.0.1:0', '--grpc-base', '0', '--log-format', 'json', '-o', 'json']);
    ({ http } = await up.waitFor('where it is', (json) => (json.http ? json : undefined)));
  });

  after(async () => {
    await up?.stop();
    rmSync(folder, { recursive: true });
  });

  test('every answer is one that it documents', async () => {
    const run = spawn(
      schemathesis,
      [
        'run', `http://${http}/api/openapi.json`,
        '--checks', CHECKS.join(','),
        '--max-examples', '15', '--max-time', String(SECONDS), '--phases', 'coverage,fuzzing',
        '--seed', seed, '--request-timeout', '20', '--no-color', '--continue-on-failure', '--no-shrink',
        ...ENDLESS.flatMap((id) => ['--exclude-operation-id', id]),
      ],
      { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    for (const output of [run.stdout, run.stderr]) output.setEncoding('utf8').on('data', (text) => (said += text));
    const [status] = await once(run, 'close');
    assert.equal(status, 0, said);
  });
});
