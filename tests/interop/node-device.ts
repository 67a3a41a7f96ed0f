// A Node process on node:sqlite, as an app would use the package there. What it is told and answers
// are messages of its parent.
// usage: node node-device.mjs FILE URL TOKEN WASM
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from '../../js/src/sqlite.js';
import { useWasm } from '../../js/src/wasm.js';
import { nextWrite, sqlSchema, statementOf } from './writes.mjs';

const [file = '', url = '', token = '', wasm = ''] = process.argv.slice(2);
useWasm(readFile(wasm));
const db = new DatabaseSync(file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 60000');
for (const statement of sqlSchema) db.exec(statement);
const sync = await open({
  db,
  url,
  token: () => token,
  tables: ['records', 'pairs'],
  device: 'node',
} as never);

let ended = false;
let writing: Promise<void> = Promise.resolve();
let writes = 0;

async function writeOn(pauseMs: number): Promise<void> {
  while (!ended) {
    const { sql, parameters } = statementOf(nextWrite('node', writes++, false) as never);
    db.prepare(sql).run(...(parameters as never[]));
    await sleep(pauseMs * 2 * Math.random());
  }
}

const calls: Record<string, (argument: number) => Promise<unknown>> = {
  begin: async (pauseMs) => {
    writing = writeOn(pauseMs);
  },
  end: async () => {
    ended = true;
    await writing;
    return writes;
  },
  flush: () =>
    sync.flush().then(
      () => null,
      (error) => `${error.code}: ${error.message} ${error.detail ?? ''}`,
    ),
  letters: () => sync.deadLetters(),
  close: () => sync.close(),
};

process.on('message', async ({ call, argument }: { call: string; argument: number }) => {
  try {
    process.send?.({ result: await calls[call]?.(argument) });
  } catch (error) {
    process.send?.({ error: String((error as Error).stack) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ result: 'ready' });
