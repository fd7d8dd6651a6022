// The WebSocket protocol, by a client in Python.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MODES, startMesh } from './mesh.mjs';
import { run } from './run.mjs';

const python = path.join(process.env.VORTEX_TOOLS, 'websockets/bin/python');
const skip = existsSync(python) ? false : 'websockets is not installed';
const script = new URL('websocket.py', import.meta.url).pathname;

for (const mode of MODES) {
  describe(mode, { skip }, () => {
    let mesh;
    before(async () => {
      mesh = await startMesh(mode);
    });
    after(() => mesh?.stop());

    test('a client in Python sees every message of the protocol', async () => {
      const { status, stdout, stderr } = await run(python, [script, mesh.http]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /every message was seen/);
    });
  });
}
