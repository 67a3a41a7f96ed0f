// Files that cannot be written, or are damaged: a clear error, the bytes as they were, and never a
// fresh start.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startWorker } from '../../scripts/lib/worker-server.mjs';
import { exits, rowsOfFile, rowsOfHub, sql, tidemark } from '../native/cli/support.mjs';

const schema = 'CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT); PRAGMA journal_mode = WAL;';
const manyRows = (from, to) => `
  WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
  INSERT INTO notes SELECT 'k' || i, printf('%.*c', 300, 'x') || i FROM n;`;

/** The bytes of a database, its WAL included. */
const bytesOf = (file) =>
  ['', '-wal'].map((end) => (existsSync(file + end) ? readFileSync(file + end) : null));

export function fileTests(folder) {
  let files = 0;
  let users = 0;
  const newFile = () => join(folder, `file-${files++}.db`);

  /** A Worker for one test. */
  async function withHub(work) {
    const token = `token-${users++}`;
    const stateDir = join(folder, `hub-${token}`);
    const worker = await startWorker({ stateDir, tokens: { [token]: 'user' } });
    const sync = (file, ...more) =>
      tidemark(['sync', file, '--url', `${worker.url}/sync`, '--token', token, ...more]);
    try {
      return await work({ sync, rows: () => rowsOfHub(worker.url, token) });
    } finally {
      await worker.stop();
    }
  }

  async function done(running) {
    const { code, stderr } = await running;
    assert.equal(code, exits.done, stderr);
  }
  async function fails(running, code) {
    const { code: exit, stderr, stdout } = await running;
    assert.equal(exit, exits.file, stderr + stdout);
    assert.match(stderr, new RegExp(`^tidemark: ${code}: `));
  }

  async function syncedFile({ sync }, rows = 400) {
    const file = newFile();
    sql(file, schema + manyRows(1, rows));
    await done(sync(file, '--tables', 'notes'));
    return file;
  }

  /** `spoil` a synced file: it fails with this code, and its bytes stay as they are. */
  async function refusesSpoiled(hub, file, spoil, code) {
    sql(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const spoiled = newFile();
    copyFileSync(file, spoiled);
    spoil(spoiled);
    const before = bytesOf(spoiled);
    for (const command of ['status', 'export']) await fails(tidemark([command, spoiled]), code);
    await fails(hub.sync(spoiled), code);
    assert.deepEqual(bytesOf(spoiled)[0], before[0], 'its bytes are as they were');
  }

  const change = (file, edit) => {
    const bytes = readFileSync(file);
    edit(bytes);
    writeFileSync(file, bytes);
  };

  return {
    'a header that is spoiled, a file that is cut': () =>
      withHub(async (hub) => {
        const file = await syncedFile(hub);
        const before = await hub.rows();
        const spoil = {
          'its first bytes': (path) => change(path, (bytes) => bytes.fill(0x55, 0, 16)),
          'its page size': (path) => change(path, (bytes) => bytes.fill(0x03, 16, 18)),
          'all of its header': (path) => change(path, (bytes) => bytes.fill(0, 0, 100)),
          'cut in the middle': (path) => truncateSync(path, readFileSync(path).length >> 1),
        };
        for (const [what, how] of Object.entries(spoil))
          await refusesSpoiled(hub, file, how, 'storage_damaged').catch((error) => {
            throw new Error(`${what}: ${error.message}`);
          });
        // An empty file is a database without tables: never one to begin anew with.
        const empty = newFile();
        writeFileSync(empty, '');
        const { code, stderr } = await hub.sync(empty, '--tables', 'notes');
        assert.equal(code, exits.file, stderr);
        assert.equal(readFileSync(empty).length, 0);
        assert.deepEqual(await hub.rows(), before, 'nothing was sent');
      }),

    'bits flipped in the middle of tables: damaged, and no row is deleted anywhere': () =>
      withHub(async (hub) => {
        const file = await syncedFile(hub);
        sql(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
        const before = await hub.rows();
        const pageSize = Number(sql(file, 'PRAGMA page_size'));
        const root = Number(sql(file, `SELECT rootpage FROM sqlite_schema WHERE name = 'notes'`));
        const spoiled = newFile();
        copyFileSync(file, spoiled);
        // The root of the app's table: its cells point nowhere.
        change(spoiled, (bytes) => bytes.fill(0xff, (root - 1) * pageSize, root * pageSize - 8));
        await fails(tidemark(['export', spoiled]), 'storage_damaged');
        sql(spoiled, `DELETE FROM notes`, { allowFailure: true });
        const { code, stderr } = await hub.sync(spoiled, '--tables', 'notes');
        assert.ok([exits.done, exits.file].includes(code), stderr);
        assert.deepEqual(await hub.rows(), before, 'the hub has all');
        // A file that was never synced is looked at as a whole first.
        const fresh = newFile();
        sql(fresh, schema + manyRows(1, 400));
        sql(fresh, 'PRAGMA wal_checkpoint(TRUNCATE)');
        const leaf = Number(sql(fresh, `SELECT rootpage FROM sqlite_schema WHERE name = 'notes'`));
        change(fresh, (bytes) => bytes.fill(0xff, (leaf - 1) * pageSize, leaf * pageSize - 8));
        const bytes = bytesOf(fresh);
        await fails(hub.sync(fresh, '--tables', 'notes'), 'storage_damaged');
        assert.deepEqual(bytesOf(fresh)[0], bytes[0]);
        assert.deepEqual(await hub.rows(), before);
      }),

    'a WAL that is cut in the middle: what the hub knows comes back, the rest stays consistent':
      () =>
        withHub(async (hub) => {
          const file = await syncedFile(hub, 50);
          // A reader keeps the WAL where it is, as a power cut would leave it.
          const reader = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
          reader.stdin.write('BEGIN; SELECT count(*) FROM notes;\n');
          await once(reader.stdout, 'data');
          sql(file, manyRows(51, 300));
          await done(hub.sync(file));
          const cut = newFile();
          copyFileSync(file, cut);
          copyFileSync(`${file}-wal`, `${cut}-wal`);
          reader.stdin.end();
          truncateSync(`${cut}-wal`, readFileSync(`${cut}-wal`).length >> 1);
          await done(hub.sync(cut));
          sql(cut, `INSERT INTO notes VALUES ('new', 'written after it')`);
          await done(hub.sync(cut));
          await done(hub.sync(file));
          const rows = await hub.rows();
          assert.equal(rows.size, 301);
          for (const each of [cut, file]) {
            assert.equal(sql(each, 'PRAGMA integrity_check'), 'ok');
            assert.deepEqual(await rowsOfFile(each), rows);
          }
        }),

    'another program holds a write transaction for longer than the timeout': () =>
      withHub(async (hub) => {
        const file = await syncedFile(hub, 5);
        const holder = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
        holder.stdin.write(`BEGIN IMMEDIATE; INSERT INTO notes VALUES ('held', 'h'); SELECT 1;\n`);
        await once(holder.stdout, 'data');
        await fails(hub.sync(file, '--busy', '0.3'), 'store_failed');
        await fails(tidemark(['alter', file, 'SELECT 1', '--busy', '0.3']), 'store_failed');
        // Shorter than the timeout: it waits.
        const waiting = hub.sync(file, '--busy', '60');
        holder.stdin.end('COMMIT;\n');
        await done(waiting);
        assert.equal((await hub.rows()).size, 6);
      }),

    'a read-only file': () =>
      withHub(async (hub) => {
        const file = await syncedFile(hub, 5);
        sql(file, 'PRAGMA journal_mode = DELETE');
        const before = bytesOf(file);
        await readOnly(file, () => fails(hub.sync(file), 'storage_unavailable'));
        assert.deepEqual(bytesOf(file), before);
      }),

    'a full disk: said, nothing lost, and it goes on when there is room': () =>
      withHub(async (hub) => {
        const other = newFile();
        sql(other, schema + manyRows(1, 4_000));
        await done(hub.sync(other, '--tables', 'notes'));
        const disk = join(folder, 'disk');
        mkdirSync(disk);
        if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) {
          console.log('  no tmpfs may be mounted here: not tested');
          return;
        }
        try {
          const file = join(disk, 'small.db');
          sql(file, `${schema} INSERT INTO notes VALUES ('mine', 'written here')`);
          await fails(hub.sync(file, '--tables', 'notes'), 'storage_full');
          assert.equal(sql(file, 'PRAGMA integrity_check'), 'ok');
          assert.equal(sql(file, `SELECT text FROM notes WHERE id = 'mine'`), 'written here');
          spawnSync('mount', ['-o', 'remount,size=64m', disk]);
          await done(hub.sync(file, '--tables', 'notes'));
          await done(hub.sync(other));
          const rows = await hub.rows();
          assert.equal(rows.size, 4_001);
          for (const each of [file, other]) assert.deepEqual(await rowsOfFile(each), rows);
        } finally {
          spawnSync('umount', [disk]);
        }
      }),
  };
}

/** Runs `work` while the file cannot be written. Root may write to any file, not on any mount. */
async function readOnly(file, work) {
  if (process.getuid() !== 0) {
    chmodSync(file, 0o444);
    return work();
  }
  const mount = (...args) => spawnSync('mount', [...args, file]).status === 0;
  if (!mount('--bind', file)) return console.log('  nothing may be mounted here: not tested');
  try {
    assert.ok(mount('-o', 'remount,bind,ro'));
    return await work();
  } finally {
    spawnSync('umount', [file]);
  }
}
