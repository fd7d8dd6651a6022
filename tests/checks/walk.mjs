// Types the walks of the docs in as they stand there: on ports and in folders of their own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { buf } from './contract.mjs';
import { PATIENCE, Process, environment } from './process.mjs';

const UP = 'cargo run --release -- up ';

// The shell blocks of a text, with the block of output that is printed below each, if there is one.
function blocks(text) {
  const fences = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, body]) => ({ kind, body }));
  return fences.flatMap(({ kind, body }, at) => {
    const next = fences[at + 1];
    return kind === 'sh' ? [{ body, table: next?.kind === 'text' ? next.body : undefined }] : [];
  });
}

// A terminal: one shell, which remembers variables from one block to the next.
class Terminal {
  #shell;
  #output = '';
  #heard = () => {};

  constructor(folder, programs) {
    const env = { ...environment(), PATH: `${programs}:${process.env.PATH}`, NO_COLOR: '1' };
    this.#shell = spawn('bash', [], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const output of [this.#shell.stdout, this.#shell.stderr]) {
      output.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
        this.#heard();
      });
    }
    process.on('exit', () => this.#shell.kill('SIGKILL'));
  }

  // Types a block, and waits until all of it ran: its output, and the status of its last line.
  async type(block, set = '') {
    this.#output = '';
    this.#shell.stdin.write(`${set}\n${block}\necho "ended: $?"\n`);
    const ended = new Promise((resolve) => {
      this.#heard = () => {
        const end = this.#output.match(/^([\s\S]*)ended: (\d+)\n$/);
        if (end) resolve({ output: end[1], status: Number(end[2]) });
      };
    });
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still running:\n${block}\n${this.#output}`)), 2 * PATIENCE);
    });
    try {
      return await Promise.race([ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    this.#shell.kill('SIGKILL');
  }
}

// A folder with the programs that the walk calls by name.
function programs(folder) {
  mkdirSync(folder);
  const tools = process.env.VORTEX_TOOLS;
  for (const [name, target] of Object.entries({
    vortex: path.join(process.env.VORTEX_PROGRAMS, 'vortex'),
    grpcurl: path.join(tools, 'grpcurl'),
    buf,
  })) {
    symlinkSync(target, path.join(folder, name));
  }
  return folder;
}

// The columns of a table, from its line of titles.
const columns = (line) => line.trim().split(/ {2,}/);

// Walks through a text. `shown` says what a block's output has to show, by a piece of the block;
// blocks that are not in it have to end well.
export const walk = (title, text, shown) => describe(title, { timeout: 10 * PATIENCE }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vortex-walk-'));
  const terminal = new Terminal(folder, programs(path.join(folder, 'programs')));
  let up;
  let ports = {};

  const stop = async () => {
    await up?.stop();
    up = undefined;
  };

  after(async () => {
    await stop();
    terminal.close();
    rmSync(folder, { recursive: true });
  });

  const here = (text) =>
    text
      .replaceAll('/tmp/demo-config', path.join(folder, 'demo-config'))
      .replaceAll('localhost:8080', ports.http)
      .replaceAll('localhost:18091', ports.admin)
      .replaceAll('localhost:9091', ports.grpc);

  const start = async (args) => {
    await stop();
    const free = ['--http', '127.0.0.1:0', '--grpc-base', '0', '--log-format', 'json', '-o', 'json'];
    up = new Process('vortex', ['up', ...args, ...free]);
    const banner = await up.waitFor('where it is', (json) => (json.http ? json : undefined));
    ports = { http: banner.http, grpc: banner.grpc['config-svc'], admin: banner.admin['config-svc'] };
    await terminal.type('', `export VORTEX_SERVER=http://${ports.http}`);
  };

  const left = new Set(shown.map(([piece]) => piece));

  for (const { body, table } of blocks(text)) {
    const title = body.trim().split('\n')[0];
    test(title, async () => {
      if (body.startsWith(UP)) {
        await start(here(body.trim().slice(UP.length)).split(' '));
        return;
      }
      if (body.startsWith('export PATH=')) return;
      if (body.startsWith('curl -N')) {
        // what is followed until Ctrl-C is seen to begin
        const { output } = await terminal.type(here(`timeout 2 ${body}`));
        assert.match(output, /event: snapshot\n/);
        return;
      }
      const { output, status } = await terminal.type(here(body));
      assert.equal(status, 0, output);
      const [piece, expected] = shown.find(([piece]) => body.includes(piece)) ?? [];
      if (piece) {
        left.delete(piece);
        assert.match(output, expected);
      }
      if (table && !table.startsWith('event:')) {
        const found = output.split('\n').map(columns);
        assert.ok(
          found.some((line) => line.join() === columns(table.split('\n')[0]).join()),
          `the walk shows other columns:\n${table}\n${output}`,
        );
      }
    });
  }

  test('every expectation was met by a block', () => assert.deepEqual([...left], []));
});
