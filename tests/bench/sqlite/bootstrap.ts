// All records of a hub into an empty SQLite file: by the client, against one reply that is parsed
// and inserted in one transaction.
import { pairsOf } from '../pairs.mjs';
import { columns, insertText } from '../todos.mjs';
import {
  connect,
  countTodos,
  freshDatabase,
  type Measured,
  startHub,
  type Took,
  took,
} from './runs.js';

const records = 100_000;

async function run(folder: string, load: (db: Fresh) => Promise<unknown>): Promise<Took> {
  const { db, drop } = freshDatabase(folder);
  let loaded: unknown;
  const taken = await took(async () => {
    loaded = await load(db);
  });
  if (countTodos(db) !== records) throw new Error('not all has come');
  await (loaded as { close?(): Promise<void> } | undefined)?.close?.();
  drop();
  return taken;
}

type Fresh = ReturnType<typeof freshDatabase>['db'];

async function loadPlainly(db: Fresh, url: string): Promise<void> {
  const rows = JSON.parse(await (await fetch(`${url}/${records}/rows`)).text());
  const insert = db.prepare(insertText);
  db.exec('BEGIN');
  for (const row of rows) insert.run(...columns.map((name) => row[name]));
  db.exec('COMMIT');
}

export async function bootstrap(
  folder: string,
  pairs: number,
  hubScript: string,
): Promise<Measured> {
  const { url, stop } = await startHub(hubScript, [records]);
  try {
    const byClient = () => run(folder, (db) => connect(db, `${url}/${records}/sync`));
    const plainly = () => run(folder, (db) => loadPlainly(db, url));
    return { pairs: await pairsOf(pairs, byClient, plainly) };
  } finally {
    stop();
  }
}
