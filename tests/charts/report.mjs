// Reports as 200 instances of APP at the gateway at URL with KEY, as fast as 16 connections go, each report with the
// figures of three requests, until standard input ends; then prints of how many requests it was answered that they were
// taken, and how many reports were refused, or not answered so that nobody knows.
import http from 'node:http';

const [url, key, app] = process.argv.slice(2);
const INSTANCES = 200;
const CONNECTIONS = 16;
const REQUESTS = 3;
const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const result = { reports: 0, requests: 0, refused: 0, unsure: 0, others: {} };
let running = true;

function post(report) {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const request = http.request(`${url}/heartbeat`, { agent, headers, method: 'POST', timeout: 15_000 }, (answer) => {
      let body = '';
      answer.on('data', (part) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
      answer.on('error', (error) => resolve({ status: error.code }));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => resolve({ status: error.code ?? error.message }));
    request.end(JSON.stringify(report));
  });
}

const instances = Array.from({ length: INSTANCES }, (_, number) => ({
  app,
  instance_id: `i-${number}`,
  boot_id: Date.now() * 1000,
  sequence: 0,
  status: 'healthy',
}));

// An instance takes up what it is told, and measures from then on. Each is one reporter's, so its reports are in order.
async function report(instance) {
  instance.sequence++;
  const measures = Boolean(instance.assignments?.length);
  const { status, body } = await post(measures ? { ...instance, metrics: [{ requests: REQUESTS, errors: 0 }] } : instance);
  if (status === 200) {
    const { expected_version, expected_assignments } = JSON.parse(body);
    result.reports++;
    if (measures) result.requests += REQUESTS;
    if (expected_version) Object.assign(instance, { version: expected_version, assignments: expected_assignments });
    return;
  }
  result.others[status] = (result.others[status] ?? 0) + 1;
  // an answer from the gateway says that the report was not taken
  if ([429, 503].includes(status)) result.refused++;
  else result.unsure++;
}

async function reporter(its) {
  for (let turn = 0; running; turn++) await report(its[turn % its.length]);
}

process.stdin.resume();
process.stdin.on('end', () => (running = false));
console.log('started');
await Promise.all(Array.from({ length: CONNECTIONS }, (_, one) => reporter(instances.filter((_, number) => number % CONNECTIONS === one))));
console.log(JSON.stringify(result));
process.exit(0);
