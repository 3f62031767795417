// BullMQ on Node: a Queue and a Worker in one process, driven as benchmarks/drivers/base.py says.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';

const [url, optionsText, tallyPath, home] = process.argv.slice(2);
const options = JSON.parse(optionsText);
const require = createRequire(path.join(home, 'package.json'));
const { Queue, Worker } = require('bullmq');
const { version } = require('bullmq/package.json');

const { hostname, port } = new URL(url);
const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null, ...options.redis };
const queue = new Queue('bench', { connection });
let worker;

// When each job ran: two 64-bit numbers, appended beside the measured path.
let records = [];
const file = fs.openSync(tallyPath, 'a');
const mark = (stamp) => {
  const record = Buffer.allocUnsafe(16);
  record.writeBigInt64LE(process.hrtime.bigint(), 0);
  record.writeBigInt64LE(BigInt(Math.trunc(stamp)), 8);
  records.push(record);
};
setInterval(() => {
  if (records.length > 0) {
    const written = records;
    records = [];
    fs.writeSync(file, Buffer.concat(written));
  }
}, 10);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => Number(process.hrtime.bigint());

function* payloads(load) {
  const pad = 'x'.repeat(load.size);
  for (let n = load.first; n < load.first + load.count; n += 1) {
    const at = now() + (load.delay_ms ?? 0) * 1e6;
    yield { tenantId: `tenant-${n % 97}`, n, at, fails: Boolean(load.fails) && n % 10 === 0, pad };
  }
}

async function enqueue(load) {
  const opts = (data) => ({
    jobId: `job-${data.n}`,
    attempts: 3,
    backoff: { type: 'fixed', delay: 10 },
    ...(load.delay_ms ? { delay: load.delay_ms } : {}),
    ...options.job,
  });
  const all = payloads(load);
  if (load.how === 'bulk') {
    // addBulk sends one transaction: a thousand or four megabytes at a time, as the other peers' bulks have.
    const together = Math.max(1, Math.min(options.together ?? 1000, Math.floor(4e6 / load.size)));
    for (let sent = 0; sent < load.count; sent += together) {
      const batch = [];
      for (let n = 0; n < Math.min(together, load.count - sent); n += 1) {
        const data = all.next().value;
        batch.push({ name: 'noop', data, opts: opts(data) });
      }
      await queue.addBulk(batch);
    }
  } else if (load.how === 'concurrent') {
    await Promise.all([...all].map((data) => queue.add('noop', data, opts(data))));
  } else {
    const began = now();
    let sent = 0;
    for (const data of all) {
      await queue.add('noop', data, opts(data));
      sent += 1;
      const wait = began / 1e6 + sent * (load.every_ms ?? 0) - now() / 1e6;
      if (load.every_ms && wait > 0) await sleep(wait);
    }
  }
}

async function work(concurrency) {
  const settings = { connection, concurrency };
  if (options.rate) settings.limiter = { max: options.rate, duration: 1000 };
  worker = new Worker(
    'bench',
    async (job) => {
      mark(job.data.at);
      if (job.data.fails && job.attemptsMade === 0) throw new Error('failed on purpose');
      if (options.holds_s) await sleep(options.holds_s * 1000);
      return 'done';
    },
    settings,
  );
  worker.on('error', (error) => process.stderr.write(`${error}\n`));
  await worker.waitUntilReady();
}

async function stop() {
  await worker?.close();
  worker = undefined;
}

async function close() {
  await stop();
  await queue.close();
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// Whoever told it what to do is gone: it ends, also in the middle of a command whose server is gone too.
process.stdin.on('end', () => process.exit(0));
await queue.waitUntilReady();
answer({
  name: 'BullMQ',
  version,
  runtime: `Node ${process.version}`,
  settings: options.settings ?? '',
  page: options.page ?? '',
});
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { do: what, ...command } = JSON.parse(line);
  const began = now();
  if (what === 'enqueue') await enqueue(command);
  if (what === 'work') await work(command.concurrency);
  if (what === 'stop') await stop();
  if (what === 'close') await close();
  const { user, system } = process.cpuUsage();
  answer({ seconds: (now() - began) / 1e9, cpu_s: (user + system) / 1e6 });
}
process.exit(0);
