// The contract in proto/, as descriptors.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const buf = path.join(process.env.VORTEX_TOOLS, 'npm/node_modules/.bin/buf');

const folder = new URL('../../proto', import.meta.url).pathname;
const options = { maxBuffer: 1 << 26 };
const files = JSON.parse(execFileSync(buf, ['build', folder, '-o', '-#format=json'], options)).file;

// Each service's full name with its methods' names.
export const services = new Map(
  files.flatMap(({ package: scope, service = [] }) =>
    service.map(({ name, method }) => [`${scope}.${name}`, method.map(({ name }) => name)]),
  ),
);

// Descriptors describe themselves, and each tool by its own version of them.
const ofOthers = new Set(['google/protobuf/descriptor.proto']);

// Each message's full name with its fields' names, nested ones included.
export const messages = new Map(
  files.filter(({ name }) => !ofOthers.has(name)).flatMap(({ package: scope, messageType = [] }) => messageType.flatMap((type) => named(scope, type))),
);

function named(scope, { name, field = [], nestedType = [] }) {
  const full = `${scope}.${name}`;
  // entries of maps are no messages that anybody wrote
  const written = nestedType.filter(({ options }) => !options?.mapEntry);
  return [[full, field.map(({ name }) => name)], ...written.flatMap((type) => named(full, type))];
}
