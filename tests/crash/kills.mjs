// One device's programs are killed by `kill -9` again and again: the one that syncs, the one that
// writes, or both; while it writes, while a request is under way, while a page is applied. Then all
// that was committed is everywhere, once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../browser/sync/fault-proxy.mjs';
import { RestartableWorker } from '../browser/sync/restartable-worker.mjs';
import {
  buildFolder,
  randomOf,
  rowsOfFile,
  rowsOfHub,
  sql,
  start,
  tidemark,
} from '../native/cli/support.mjs';

const schema = `
  CREATE TABLE items (id TEXT PRIMARY KEY, n INTEGER NOT NULL, text TEXT);
  CREATE TABLE lines (item TEXT REFERENCES items (id), line INTEGER, text TEXT,
    PRIMARY KEY (item, line));
`;
const token = 'token-of-crash';
/** The Worker itself is killed, too: every so many kills. */
const workerEvery = 12;
const faults = ['before', 'after', 'half', 'truncate', 'twice', 'delay'];

class Device {
  constructor(folder, name, url, pauseMs) {
    Object.assign(this, { name, url, pauseMs });
    this.file = join(folder, `${name}.db`);
    this.log = join(folder, `${name}.log`);
    this.running = new Map();
    this.complaints = '';
    sql(this.file, schema);
  }

  get hub() {
    return ['--url', this.url, '--token', token];
  }

  /** What is not running is started. */
  start() {
    const watchArgs = ['watch', this.file, ...this.hub, '--json', '--every', '0.2'];
    const writer = join(buildFolder, 'tests/crash/crash_writer');
    const writerArgs = [this.file, this.log, this.name, String(this.pauseMs)];
    const programs = {
      watch: () => start(watchArgs, { stdio: ['ignore', 'ignore', 'pipe'] }),
      writer: () => spawn(writer, writerArgs, { stdio: ['ignore', 'ignore', 'pipe'] }),
    };
    for (const [name, run] of Object.entries(programs))
      if (!this.running.has(name)) this.#follow(name, run());
  }

  #follow(name, child) {
    const program = { child, gone: once(child, 'exit') };
    this.running.set(name, program);
    child.stderr.on('data', (data) => {
      this.complaints += `${name}: ${data}`;
    });
    // That it dies by itself is a failure of its own.
    program.gone.then(([code, signal]) => {
      if (signal !== 'SIGKILL') this.complaints += `${name} ended: ${code ?? signal}\n`;
    });
  }

  async kill(...names) {
    for (const name of names) {
      const { child, gone } = this.running.get(name);
      child.kill('SIGKILL');
      await gone;
      this.running.delete(name);
    }
  }

  /** Everything sent and read, whatever it takes. */
  async settle() {
    let last;
    for (let i = 0; i < 20; i++) {
      last = await tidemark(['sync', this.file, ...this.hub]);
      if (last.code === 0) return;
      await sleep(100);
    }
    throw new Error(`device ${this.name} cannot sync: ${last.stderr}`);
  }

  committed() {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').split('\n');
    // Half a line may be the last, if the writer was killed in the middle of it.
    return lines.slice(0, -1);
  }
}

/** Waits for the point at which to kill: none of these takes longer than a while. */
async function moment(random, proxy, device) {
  const before = proxy.calls.length;
  const lines = device.committed().length;
  const kind = ['write', 'sync', 'apply'][Math.floor(random() * 3)];
  const isThere = {
    write: () => device.committed().length > lines,
    sync: () => proxy.calls.length > before,
    apply: () => proxy.calls.slice(before).some(({ status }) => status === 200),
  }[kind];
  for (let i = 0; i < 1_500 && !isThere(); i++) await sleep(1);
  await sleep(random() * 25);
  return kind;
}

/** What must be so in every replica: see writer.cpp. */
function assertWhole(file, devices) {
  assert.equal(sql(file, 'PRAGMA integrity_check'), 'ok', file);
  for (const { name, committed } of devices) {
    const of = (text) => Number(sql(file, text.replaceAll('$', `'${name}-%'`)));
    const items = of('SELECT count(*) FROM items WHERE id LIKE $');
    assert.equal(of('SELECT count(*) FROM lines WHERE item LIKE $'), items, `lines of ${name}`);
    assert.equal(of('SELECT sum(n) FROM items WHERE id LIKE $'), items, `sum of ${name}`);
    const ids = new Set(sql(file, `SELECT id FROM items WHERE id LIKE '${name}-%'`).split('\n'));
    const missing = committed.filter((id) => !ids.has(id));
    assert.deepEqual(missing.slice(0, 5), [], `${missing.length} committed records are missing`);
    assert.equal(new Set(committed).size, committed.length, 'the log says each once');
  }
}

export async function killTest(folder, { kills, seed }) {
  const random = randomOf(seed);
  const place = join(folder, 'kills');
  mkdirSync(place);
  const worker = await RestartableWorker.start(join(place, 'hub'), { [token]: 'user' });
  const proxy = new FaultProxy({}, () => worker.url);
  await proxy.listen();
  const url = `${proxy.url.replace('localhost', '127.0.0.1')}/sync`;
  const [a, b] = [new Device(place, 'a', url, 2), new Device(place, 'b', url, 15)];
  try {
    for (const device of [a, b])
      await tidemark(['sync', device.file, ...device.hub, '--tables', 'items,lines']);
    const moments = { write: 0, sync: 0, apply: 0 };
    b.start();
    for (let i = 0; i < kills; i++) {
      a.start();
      const kind = faults[Math.floor(random() * faults.length)];
      proxy.rule(kind, { after: Math.floor(random() * 3), ms: 20 });
      if (i % workerEvery === workerEvery - 1) await worker.kill();
      moments[await moment(random, proxy, a)]++;
      await a.kill(...[['watch'], ['writer'], ['watch', 'writer']][Math.floor(random() * 3)]);
      if (i % workerEvery === workerEvery - 1) await worker.restart();
      if (i % 10 === 0) assert.equal(sql(a.file, 'PRAGMA integrity_check'), 'ok');
    }
    for (const device of [a, b]) await device.kill(...device.running.keys());
    proxy.clear();
    await assertEverywhere(place, worker, [a, b]);
    const done = `${a.committed().length} + ${b.committed().length} transactions`;
    console.log(`  ${done}, ${proxy.calls.length} calls, killed at ${JSON.stringify(moments)}`);
  } finally {
    for (const device of [a, b]) await device.kill(...device.running.keys());
    await proxy.close();
    await worker.stop();
  }
}

async function assertEverywhere(place, worker, devices) {
  const [a, b] = devices;
  const fresh = new Device(place, 'c', a.url, 0);
  await tidemark(['sync', fresh.file, ...fresh.hub, '--tables', 'items,lines']);
  for (const device of [a, b, a, b, fresh]) await device.settle();
  const writers = devices.map((device) => ({
    name: device.name,
    committed: device.committed(),
  }));
  const rows = await rowsOfHub(worker.url, token);
  for (const { file, name } of [a, b, fresh]) {
    assertWhole(file, writers);
    const here = await rowsOfFile(file);
    assert.equal(here.size, rows.size, `rows of ${name}`);
    assert.deepEqual(here, rows, `rows of ${name}`);
    const status = JSON.parse((await tidemark(['status', file, '--json'])).stdout);
    assert.deepEqual([status.pending, status.letters], [0, 0], JSON.stringify(status));
  }
  for (const device of devices) assert.equal(device.complaints, '', `of ${device.name}`);
  const { stdout, stderr } = await tidemark(['verify', a.file, ...a.hub, '--json']);
  const { tables } = JSON.parse(stdout || `{"tables":{"${stderr}":{}}}`);
  for (const table of Object.values(tables)) assert.equal(table.differing, 0, stdout + stderr);
}
