// A certificate authority of openssl, for tests: in the place of an issuer, or of whoever gives secrets with certificates.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export class Authority {
  constructor() {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'vortex-authority-'));
    this.#openssl('req', '-x509', ...KEY, '-keyout', this.#file('ca.key'), '-out', this.ca, '-subj', '/CN=tests', '-days', '2');
  }

  // The authority's certificate, as a file.
  get ca() {
    return this.#file('ca.crt');
  }

  // What a secret of type kubernetes.io/tls holds, of a certificate for servers and clients with these names.
  issue(names) {
    const [key, request, extensions, certificate] = ['key', 'csr', 'ext', 'crt'].map((kind) => this.#file(`leaf.${kind}`));
    const alternative = names.map((name) => `DNS:${name}`).join(',');
    writeFileSync(extensions, `extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=${alternative}\n`);
    this.#openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', '/');
    this.#openssl('x509', '-req', '-in', request, '-CA', this.ca, '-CAkey', this.#file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', certificate);
    return { 'tls.crt': readFileSync(certificate, 'utf8'), 'tls.key': readFileSync(key, 'utf8'), 'ca.crt': readFileSync(this.ca, 'utf8') };
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }

  #file(name) {
    return path.join(this.folder, name);
  }

  #openssl(...args) {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
