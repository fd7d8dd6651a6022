// A mesh that lets nobody in without a key and speaks TLS alone, set up by the command as its users do it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inFolder, mirror, up } from './mesh.mjs';
import { PATIENCE, environment, programOf } from './process.mjs';

// Starts one, on a mirror of the bundle of that name when one is given. With `clientCertificates`
// callers have to show a certificate, too.
//
// `file(NAME)` is a file of `vortex certs dev`, and `foreign(NAME)` one of another authority;
// `createKey(ROLE, SCOPE)` makes a key, and `stranger` is one that it does not know.
export async function startSecureMesh({ bundle, clientCertificates = false } = {}) {
  return inFolder(async (folder) => {
    const [file, foreign] = ['certs', 'foreign'].map((name) => certificates(path.join(folder, name)));
    const data = path.join(folder, 'data');
    const mesh = await up(
      '--secure', '--data', data, '--tls-cert', file('server.crt'), '--tls-key', file('server.key'),
      ...(clientCertificates ? ['--tls-client-ca', file('ca.crt')] : []),
      ...(bundle === undefined ? [] : ['--git', mirror(bundle, folder)]),
    );
    const admin = readFileSync(path.join(data, 'bootstrap-key'), 'utf8').trim();
    const shown = { VORTEX_CLIENT_CERT: file('vortex.crt'), VORTEX_CLIENT_KEY: file('vortex.key') };
    const env = {
      VORTEX_SERVER: `https://${mesh.http}`,
      VORTEX_CA: file('ca.crt'),
      VORTEX_KEY: admin,
      ...(clientCertificates ? shown : {}),
    };
    const command = (...args) => vortex(args, env);
    const createKey = (role, scope) => command('key', 'create', '--role', role, '--scope', scope).trim();
    if (bundle !== undefined) command('sources', 'sync', 'git');
    const stranger = command('key', 'generate').trim();
    return { ...mesh, file, foreign, admin, stranger, command, createKey };
  });
}

// Has an authority and certificates made into a folder, and answers where each of them is.
function certificates(folder) {
  vortex(['certs', 'dev', '--out', folder], {});
  return (name) => path.join(folder, name);
}

function vortex(args, env) {
  const settings = { env: { ...environment(), ...env }, encoding: 'utf8', timeout: PATIENCE };
  return execFileSync(programOf('vortex'), args, settings);
}
