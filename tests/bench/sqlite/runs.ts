// What the rows in Node share: the time that work takes, databases on disk, the hub's process, and
// a client of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { open } from '../../../js/src/sqlite.js';
import type { Sync } from '../../../js/src/types.js';
import { synced, transport } from '../synced.js';
import { schema } from '../todos.mjs';

/** Milliseconds of this process's CPU, and on the clock. */
export interface Took {
  cpu: number;
  wall: number;
}

export interface Measured {
  pairs: [Took, Took][];
  figures?: Record<string, unknown>;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** What earlier runs left behind is cleared away before. */
export async function took(work: () => unknown): Promise<Took> {
  (globalThis as { gc?: () => void }).gc?.();
  const [cpu, wall] = [cpuMs(), performance.now()];
  await work();
  return { cpu: cpuMs() - cpu, wall: performance.now() - wall };
}

let databases = 0;

/** A database with an empty table, on disk in `folder`, by the journal that apps choose. */
export function freshDatabase(folder: string): { db: DatabaseSync; drop(): void } {
  const file = path.join(folder, `${databases++}.db`);
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; ${schema}`);
  const drop = () => {
    db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  };
  return { db, drop };
}

/** Its address, and its end. */
export async function startHub(script: string, sizes: readonly number[]) {
  const hub = spawn(process.execPath, [script, ...sizes.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(hub.stdout), 'line');
  return { url: url as string, stop: () => hub.stdin.end() };
}

/** Resolves when all that the hub has is here. */
export async function connect(db: DatabaseSync, url: string): Promise<Sync> {
  const sync = await open({ db, url, tables: ['todos'], transport });
  await synced(sync);
  return sync;
}

export function countTodos(db: DatabaseSync): number {
  return db.prepare('SELECT count(*) AS n FROM todos').get()?.n as number;
}
