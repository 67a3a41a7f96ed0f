// Layout: which items are records, of which table, under which keys. Nothing else is ever written:
// whatever a hub sends, only items that the app named are touched.
import { TidemarkError } from '../../errors.js';
import { decodeKey, encodeKey } from '../../values.js';
import type { IdText, RecordKey } from '../../wire.js';
import { placeOf } from '../pending.js';
import type { MergeMode } from '../store.js';
import type { TextFormat } from './formats.js';

/** A table of items: a record's key is the item's, and its row what `format` makes of the text. */
export interface ItemTable {
  /** Items with exactly these keys. */
  keys?: readonly string[];
  /** Items whose keys begin with one of these. */
  prefixes?: readonly string[];
  format?: TextFormat;
  merge?: MergeMode;
}

/**
 * A table like any other store's, which it can be shared with: each row is an item
 * `{rows}{id}`, the id in JSON (`todo:"a"`, `todo:7`), the row as in the format `json`.
 */
export interface RowTable {
  rows: string;
  merge?: MergeMode;
}

export type LocalTables = Record<string, ItemTable | RowTable>;

/** Before the keys of Tidemark's own items. */
export const ownPrefix = 'tidemark:';

interface Rule {
  table: string;
  text: string;
  kind: 'key' | 'prefix' | 'rows';
}

export class Layout {
  readonly merges: Record<string, MergeMode>;
  /** By table, what it is made of: a table of another making is another table. */
  readonly signatures: Map<string, string>;
  readonly #rules: Rule[];
  readonly #formats: Map<string, TextFormat>;

  /** Throws `table_unsupported`. */
  constructor(tables: LocalTables) {
    const entries = Object.entries(tables);
    this.#rules = entries.flatMap(([table, made]) => rulesOf(table, made));
    checkRules(this.#rules);
    this.#formats = new Map(entries.map(([table, made]) => [table, formatOf(made)]));
    this.merges = Object.fromEntries(entries.map(([table, { merge = 'field' }]) => [table, merge]));
    const signature = (table: string) =>
      JSON.stringify([this.format(table), this.#rules.filter((rule) => rule.table === table)]);
    this.signatures = new Map(entries.map(([table]) => [table, signature(table)]));
  }

  format(table: string): TextFormat {
    return this.#formats.get(table) ?? 'text';
  }

  /** Whether an item is meant to be synced, also where its key cannot be. */
  isNamed(key: string): boolean {
    return !key.startsWith(ownPrefix) && this.#rules.some((rule) => isIn(rule, key));
  }

  /** The record that an item is; null: it is none. */
  recordOf(key: string): RecordKey | null {
    if (key.startsWith(ownPrefix)) return null;
    const rule = this.#rules.find((each) => isIn(each, key));
    if (rule === undefined) return null;
    try {
      const { table, text, kind } = rule;
      if (kind !== 'rows') return { table, id: encodeKey(key) };
      const id = key.slice(text.length);
      return { table, id: encodeKey(decodeKey(id)) };
    } catch {
      return null; // too long, or no id
    }
  }

  /** The item that a record is; null: this device has none for it. */
  keyOf({ table, id }: { table: string; id: IdText }): string | null {
    const rows = this.#rules.find((rule) => rule.table === table && rule.kind === 'rows');
    const key = rows ? rows.text + id : keyIn(id);
    const record = key === null ? null : this.recordOf(key);
    return record !== null && placeOf(record) === placeOf({ table, id }) ? key : null;
  }
}

function keyIn(id: IdText): string | null {
  const key = decodeKey(id);
  return typeof key === 'string' ? key : null;
}

function isIn({ text, kind }: Rule, key: string): boolean {
  return kind === 'key' ? key === text : key.startsWith(text);
}

function formatOf(made: ItemTable | RowTable): TextFormat {
  return 'rows' in made ? 'json' : (made.format ?? 'text');
}

function rulesOf(table: string, made: ItemTable | RowTable): Rule[] {
  if ('rows' in made) return [{ table, text: made.rows, kind: 'rows' }];
  const { keys = [], prefixes = [], format = 'text' } = made;
  if (format !== 'text' && format !== 'json')
    throw new TidemarkError('table_unsupported', `${table} has no format that is known`);
  if (keys.length + prefixes.length === 0)
    throw new TidemarkError('table_unsupported', `${table} names no keys and no prefixes`);
  return [
    ...keys.map((text) => ({ table, text, kind: 'key' as const })),
    ...prefixes.map((text) => ({ table, text, kind: 'prefix' as const })),
  ];
}

// An item is a record of one table.
function checkRules(rules: readonly Rule[]): void {
  for (const a of rules) {
    if (a.text.startsWith(ownPrefix))
      throw new TidemarkError('table_unsupported', `${a.table} names Tidemark's own items`);
    const other = rules.find((b) => b !== a && isMixed(a, b) && isIn(a, b.text));
    if (other === undefined) continue;
    const both = `${a.table} and ${other.table} both have ${other.text}`;
    throw new TidemarkError('table_unsupported', both);
  }
}

function isMixed(a: Rule, b: Rule): boolean {
  return a.table !== b.table || a.kind === 'rows' || b.kind === 'rows';
}
