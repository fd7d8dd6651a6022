// The mesh as its users run it: by `vortex up`, or as a process for each service.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE, Process } from './process.mjs';

export const MODES = ['one process', 'many processes'];

const ANY = '127.0.0.1:0';
const DATA = new URL('../data/', import.meta.url).pathname;

// Starts a mesh, on a mirror of the bundle of that name when one is given, and
// waits until it serves what is in it.
export async function startMesh(mode, bundle) {
  return inFolder(async (folder) => {
    const git = bundle === undefined ? [] : ['--git', mirror(bundle, folder)];
    const mesh = mode === MODES[0] ? await up('--ephemeral', ...git) : await many(folder, git);
    if (bundle !== undefined) await imported(mesh.http);
    return mesh;
  });
}

// A mesh that `start` makes, with a folder of its own which is removed when it stops.
export async function inFolder(start) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vortex-check-'));
  const mesh = await start(folder);
  const stop = async () => {
    try {
      for (const process of mesh.processes.reverse()) await process.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { ...mesh, stop };
}

// A bare clone with every branch, as a server would hold it.
export function mirror(bundle, folder) {
  const target = path.join(folder, 'repository');
  const git = (...args) => execFileSync('git', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  git('clone', '--quiet', '--mirror', path.join(DATA, bundle), target);
  git('-C', target, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  return target;
}

// `vortex up` with these options.
export async function up(...options) {
  const args = ['up', '--http', ANY, '--grpc-base', '0', '--log-format', 'json', '-o', 'json'];
  const process = new Process('vortex', [...args, ...options]);
  const { http, grpc, admin } = await process.waitFor('where it is', (json) => (json.http ? json : undefined));
  return { http, grpc, adminPorts: admin, processes: [process] };
}

// What each service calls, of those that are started before it.
const SERVICES = {
  'config-svc': [],
  'drift-svc': ['config-svc'],
  'rollout-svc': ['config-svc', 'drift-svc'],
  'heartbeat-ingest': ['config-svc', 'drift-svc', 'rollout-svc'],
};

async function many(folder, git) {
  const common = ['--log-format', 'json'];
  const grpc = {};
  const reach = (names) => names.flatMap((name) => [`--${name}`, `http://${grpc[name]}`]);
  const processes = [];
  for (const [name, calls] of Object.entries(SERVICES)) {
    const store = name === 'heartbeat-ingest' ? [] : ['--store', `embedded:${path.join(folder, name)}`];
    const own = name === 'config-svc' ? git : [];
    const process = new Process(name, [...common, '--grpc', ANY, '--admin', ANY, ...store, ...own, ...reach(calls)]);
    processes.push(process);
    grpc[name] = await listening(process, 'serving gRPC');
  }
  const gateway = new Process('gateway', [...common, '--http', ANY, ...reach(Object.keys(SERVICES))]);
  processes.push(gateway);
  const http = await listening(gateway, 'serving REST');
  return { http, grpc, processes };
}

function listening(process, what) {
  return process.waitFor(what, (json) => (json.message === what ? json.address : undefined));
}

// The first import ends with the last of the labels.
async function imported(http) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await fetch(`http://${http}/api/sources/git`);
    if (answer.ok && (await answer.json()).last_success) return;
    await pause(20);
  }
  throw new Error('the repository was not imported');
}
