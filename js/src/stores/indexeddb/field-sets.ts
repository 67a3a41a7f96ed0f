// What a call changed of each row: the distinct sets of fields, and which one each key has.
import { changedFields } from '../changed.js';
import { created, type Draft, whole } from './entry.js';

/** Gathers the sets of one call, key by key. */
export class FieldSets {
  readonly #numbers = new Map<string, number>();
  readonly #fields: string[][] = [];
  readonly #of: number[] = [];

  add(fields: string[]): void {
    const text = JSON.stringify(fields);
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#fields.push(fields) - 1;
      this.#numbers.set(text, number);
    }
    this.#of.push(number);
  }

  addCode(code: number): void {
    this.#of.push(code);
  }

  columns(): Pick<Draft, 'create' | 'fields' | 'of'> {
    const first = this.#of[0];
    if (this.#of.some((set) => set !== first)) return { fields: this.#fields, of: this.#of };
    if (first === created) return { create: true };
    return first === undefined || first === whole ? {} : { fields: this.#fields };
  }
}

/**
 * The draft of a call that turned `before` into `after`, without the rows that stayed as they were;
 * and its operations.
 */
export function draftOf(
  table: string,
  keys: readonly unknown[],
  before: readonly unknown[],
  after: readonly object[],
): [Draft, number[] | null] {
  const sets = new FieldSets();
  const operations: number[] = [];
  for (const [i, row] of after.entries()) {
    const old = before[i];
    if (old === undefined || old === null) sets.addCode(created);
    else if (typeof old !== 'object') sets.addCode(whole);
    else {
      const fields = changedFields(old, row);
      if (fields.length === 0) continue;
      sets.add(fields);
    }
    operations.push(i);
  }
  const changed = operations.length === keys.length ? [...keys] : operations.map((i) => keys[i]);
  return [{ table, keys: changed, op: 'put', ...sets.columns() }, operations];
}
