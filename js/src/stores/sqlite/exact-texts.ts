// Texts as the database has them, where a library gives others: node:sqlite ends them at a NUL, and
// each of them reads U+FFFD where bytes are no UTF-8. Then the bytes are asked for.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { SqliteDatabase, SqlValue } from './database.js';
import type { Table } from './tables.js';

const replaced = '\ufffd';

/** A row with its texts as they are; what is no text in any language, as its bytes. */
export function exactTexts(
  db: SqliteDatabase,
  { columns, texts }: Table,
  found: SqlValue[],
  parts: readonly SqlValue[],
): SqlValue[] {
  const isDoubted = (value: SqlValue) =>
    typeof value === 'string' && (db.cutsTexts === true || value.includes(replaced));
  if (!found.some(isDoubted)) return found;
  const quoted = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`);
  const asked = quoted.map((name) => `CASE typeof(${name}) WHEN 'text' THEN hex(${name}) END`);
  const from = texts.read.slice(`SELECT ${quoted.join(', ')}`.length);
  const [bytes = []] = db.all(`SELECT ${asked.join(', ')}${from}`, parts);
  return found.map((value, i) => (isDoubted(value) ? textOf(db, bytes[i], value) : value));
}

/** Throws `key_unsupported` for a key of the log that is no text in any language. */
export function checkKeyText(db: SqliteDatabase, entry: number, key: SqlValue): void {
  if (typeof key !== 'string' || !key.includes(replaced)) return;
  const [[hex] = []] = db.all(sql.logKeyBytes, [entry]);
  if (textOf(db, hex, key) instanceof Uint8Array)
    throw new TidemarkError('key_unsupported', 'its bytes are no UTF-8');
}

function textOf(db: SqliteDatabase, hex: SqlValue | undefined, read: SqlValue): SqlValue {
  if (typeof hex !== 'string') return read;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    return new TextDecoder(encodingOf(db), { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

// One that knows no other says nothing.
const encodingOf = (db: SqliteDatabase) => `${db.all('PRAGMA encoding')[0]?.[0] ?? 'utf-8'}`;
