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

  addCode(code: number): true {
    this.#of.push(code);
    return true;
  }

  /** What turned `before` into `after`; false: they are the same. */
  addChange(before: unknown, after: object): boolean {
    if (before === undefined || before === null) return this.addCode(created);
    if (typeof before !== 'object') return this.addCode(whole);
    const fields = changedFields(before, after);
    if (fields.length > 0) this.add(fields);
    return fields.length > 0;
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
  for (const [i, row] of after.entries()) if (sets.addChange(before[i], row)) operations.push(i);
  const changed = operations.length === keys.length ? [...keys] : operations.map((i) => keys[i]);
  return [{ table, keys: changed, op: 'put', ...sets.columns() }, operations];
}
