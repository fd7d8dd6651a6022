// The walk in README.md.
import { readFileSync } from 'node:fs';
import { walk } from './walk.mjs';

const SHOWN = [
  ['api/configs/application/default', /"created":true[\s\S]*"created":true[\s\S]*"version":"v1"/],
  ['api/effective/orders/prod', /"name":"orders"[\s\S]*timeout: "?5s[\s\S]*"config":\{[\s\S]*good day/],
  ["Give up sooner", /v2 +staged[\s\S]*v1 +stable[\s\S]*retries/],
  ['release orders prod --version v2', /v2/],
  ['"version": "r7"', /"change":"r7"[\s\S]*r7 +main +released/],
  ['vortex rollout create orders prod', /vortex rollout watch [0-9a-z]{16}\n/],
  ['X-Vortex-Instance: pod-$i', /\d+ timeout: 1s\n +\d+ timeout: 5s\n/],
  ['vortex rollout audit $ID', /\nerror: ROLLOUT_WRONG_STATE: the rollout is completed: figures[\s\S]*create[\s\S]*start[\s\S]*promote[\s\S]*complete[\s\S]*completed/],
  ['config explain', /greeting +good day[\s\S]*hello \(application\.yml:1:11\)/],
  ["data-binary 'timeout: ['", /"status":422,"code":"DOCUMENT_MALFORMED"/],
  ['grpcurl -plaintext', /vortex\.config\.v1\.ConfigService[\s\S]*"version"/],
  ['localhost:18091/health', /"status":"ready"[\s\S]*http_requests_total[\s\S]*vortex_log_seq/],
  ['vortex sources list', /"name":"orders"[\s\S]*git +git/],
  ["'Move the port'", /"sources":\["git"\][\s\S]*port: 9999/],
  ["'Break it'", /DOCUMENT_INVALID[\s\S]*port: 9999/],
  ['vortex rollout promote $ID', /running[\s\S]*port: 7777/],
];

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const part = text.slice(text.indexOf('\n## A walk'), text.indexOf('\n### A Spring Boot application'));
walk('the walk in the README', part, SHOWN);
