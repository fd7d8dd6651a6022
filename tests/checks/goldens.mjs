// What a real Spring server answered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

// What a client of that server makes of its answer to a path: the highest source's value of every key.
export function expected(path) {
  const file = new URL('../data/spring-goldens/petclinic.jsonl', import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const golden = lines.map((line) => JSON.parse(line)).find((line) => line.path === path && line.kind === 'environment');
  assert.ok(golden, `there is no golden of ${path}`);
  return Object.assign({}, ...golden.body.propertySources.map(({ source }) => source).reverse());
}
