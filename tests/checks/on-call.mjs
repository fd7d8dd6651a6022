// The walk in docs/on-call.md.
import { readFileSync } from 'node:fs';
import { walk } from './walk.mjs';

const SHOWN = [
  ['vortex status orders', /rolling out +rollout [0-9a-z]{16}[\s\S]*stage 1\/2, 25%/],
  ['vortex log orders', /imported \w{40} on eu[\s\S]*by Dana[\s\S]*application\.yml: [\s\S]*by ben: Friendlier\n +undo: vortex config undo application default\n[\s\S]*started v2[\s\S]*undo: vortex rollout rollback /],
  ['explain orders prod', /greeting +hi +application\.yml[\s\S]*timeout +1s[\s\S]*canary/],
  ['vortex rollout who', /pod-1 +(canary|stable) +\d+[\s\S]*pod-9 /],
  ['vortex rollout rollback', /is rolled_back/],
  ['vortex config undo', /is undone: /],
  ['vortex config get orders prod --effective', /timeout: \"5s\"\ngreeting: hello\n/],
];

const text = readFileSync(new URL('../../docs/on-call.md', import.meta.url), 'utf8');
walk('the walk for people on call', text, SHOWN);
