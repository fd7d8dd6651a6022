// A program of ours, running.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

// How long anything may take before a check gives up on it.
export const PATIENCE = 60_000;

// without this, programs would outlive a run that is broken off
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

export class Process {
  #child;
  #lines = [];
  #heard = () => {};
  #ended;

  constructor(name, args) {
    this.name = name;
    this.#child = spawn(programOf(name), args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        this.#lines.push(line);
        this.#heard();
      });
    }
    process.on('exit', () => this.#child.kill('SIGKILL'));
  }

  // Waits for a line that is JSON and of which `find` makes something.
  async waitFor(what, find) {
    let read = 0;
    const found = new Promise((resolve) => {
      this.#heard = () => {
        while (read < this.#lines.length) {
          const value = find(parsed(this.#lines[read++]));
          if (value !== undefined) resolve(value);
        }
      };
      this.#heard();
    });
    const said = await within(found, this.#ended);
    this.#heard = () => {};
    assert.ok(said !== undefined, `${this.name} did not say ${what}:\n${this.#lines.join('\n')}`);
    return said;
  }

  // Asks it to end, as an orchestrator would, and checks that it does in order.
  async stop() {
    this.#child.kill('SIGTERM');
    const [status, signal] = (await within(this.#ended)) ?? [];
    assert.equal(status, 0, `${this.name} ended with ${signal ?? status}:\n${this.#lines.join('\n')}`);
  }
}

// Where a program of ours is.
export const programOf = (name) => path.join(process.env.VORTEX_PROGRAMS, name);

// The environment without settings of ours that a developer may have.
export function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VORTEX|SPRING)_/.test(name)));
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

// What `promise` comes to, or undefined when the time is up or `end` comes first.
async function within(promise, end) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  const ended = end?.then(() => undefined);
  try {
    return await Promise.race([promise, late, ...(ended ? [ended] : [])]);
  } finally {
    clearTimeout(timer);
  }
}
