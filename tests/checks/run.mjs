// Programs that are not ours, run to their end.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PATIENCE, environment } from './process.mjs';

// What a program prints, and says when it fails.
export async function run(program, args, { env = {}, ...options } = {}) {
  const settings = { timeout: PATIENCE, maxBuffer: 1 << 26, env: { ...environment(), ...env }, ...options };
  try {
    return { status: 0, ...(await promisify(execFile)(program, args, settings)) };
  } catch (error) {
    return { status: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

// The lines that a program prints, which has to end well.
export async function lines(program, args) {
  const { status, stdout, stderr } = await run(program, args);
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout.trim().split('\n');
}
