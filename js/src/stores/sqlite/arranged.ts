// Pragmas of the app's connection: as the store needs them while it works, and as they were again.
import type { SqliteDatabase } from './database.js';

/** How long a call waits for another program's transaction to end, where the app waits for none. */
const busyMs = 1_000;

/** `patient`: it waits for its turn. */
export function arranged<T>(db: SqliteDatabase, patient: boolean, work: () => T): T {
  const undo: string[] = [];
  const change = (name: string, from: number, to: number) => {
    if (db.all(`PRAGMA ${name}`)[0]?.[0] !== from) return;
    db.exec(`PRAGMA ${name} = ${to}`);
    undo.push(`PRAGMA ${name} = ${from}`);
  };
  // What is applied may refer to what has not come yet, or never will: deleted elsewhere.
  change('foreign_keys', 1, 0);
  if (patient) change('busy_timeout', 0, busyMs);
  try {
    return work();
  } finally {
    for (const each of undo) db.exec(each);
  }
}
