// Reads URL with KEY, eight at a time over connections that are kept, until standard input ends; then prints how many
// were answered, failed, and failed with 503 and Retry-After, for how long any did, and what the others were.
import http from 'node:http';

const [url, key] = process.argv.slice(2);
const result = { ok: 0, failed: 0, told: 0, milliseconds: 0, others: {} };
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
let running = true;
let first;

function once() {
  return new Promise((resolve) => {
    const request = http.get(url, { agent, headers: { 'x-api-key': key }, timeout: 15_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode, retry: answer.headers['retry-after'] }));
      answer.on('error', (error) => resolve({ status: error.code }));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => resolve({ status: error.code ?? error.message }));
  });
}

async function reader() {
  while (running) {
    const { status, retry } = await once();
    if (status === 200) {
      result.ok++;
    } else {
      first ??= Date.now();
      result.milliseconds = Date.now() - first;
      result.failed++;
      if (status === 503 && retry) result.told++;
      else result.others[status] = (result.others[status] ?? 0) + 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

process.stdin.resume();
process.stdin.on('end', () => (running = false));
console.log('started');
await Promise.all(Array.from({ length: 8 }, reader));
console.log(JSON.stringify(result));
process.exit(0);
