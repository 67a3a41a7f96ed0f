// A device in a page, on SQLite.
import { open } from 'tidemark/sqlite';
import { type BrowserDatabase, openDatabase } from 'tidemark/sqlite-browser';
import type { Sync } from '../browser/sync/page-types.js';
import { writingCalls } from './page-calls.js';
import { sqlSchema, statementOf, type Write } from './writes.mjs';

let db: BrowserDatabase;
let sync: Sync;
let token: string | null = null;

const device = {
  ...writingCalls(
    'wasm',
    false,
    async (write: Write) => {
      const { sql, parameters } = statementOf(write);
      await db.exec(sql, parameters as []);
    },
    () => sync,
  ),
  setTokens(current: string | null): void {
    token = current;
  },
  async open(): Promise<void> {
    db = await openDatabase('interop');
    await db.batch(sqlSchema.map((sql) => ({ sql })));
  },
  async connect(): Promise<void> {
    const options = { db, url: '/sync', token: () => token, tables: ['records', 'pairs'] };
    sync = (await open(options as never)) as never;
  },
  /** The file, as base64. */
  async file(): Promise<string> {
    const bytes = await db.export();
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  },
};

Object.assign(window, { device });
