// The items as the rows of a store's contents. What is changed is kept aside until it is saved.
import { TidemarkError } from '../../errors.js';
import type { WireRow } from '../../wire.js';
import type { Rows } from '../memory-commit.js';
import { recordAt } from '../memory-reading.js';
import { placeOf } from '../pending.js';
import { rowOf } from './formats.js';
import type { Layout } from './layout.js';
import { type Items, keysOf } from './own-items.js';

export class StoredRows implements Rows {
  /** By place; null: removed. */
  readonly changed = new Map<string, WireRow | null>();

  constructor(
    readonly items: Items,
    readonly layout: Layout,
  ) {}

  get(place: string): WireRow | undefined {
    const changed = this.changed.get(place);
    if (changed !== undefined) return changed ?? undefined;
    const record = recordAt(place);
    const key = this.layout.keyOf(record);
    const text = key === null ? null : this.items.getItem(key);
    return text === null ? undefined : rowOf(text, this.layout.format(record.table));
  }

  has(place: string): boolean {
    return this.get(place) !== undefined;
  }

  set(place: string, row: WireRow): never {
    if (this.layout.keyOf(recordAt(place)) === null)
      throw new TidemarkError('key_unsupported', `no item is named for ${place}`);
    this.changed.set(place, row);
    return this as never;
  }

  delete(place: string): boolean {
    const was = this.has(place);
    this.changed.set(place, null);
    return was;
  }

  *keys(): MapIterator<string> {
    const places = new Set<string>();
    for (const key of keysOf(this.items)) {
      const record = this.layout.recordOf(key);
      if (record !== null) places.add(placeOf(record));
    }
    for (const place of this.changed.keys()) places.add(place);
    for (const place of places) if (this.has(place)) yield place;
  }

  *[Symbol.iterator](): MapIterator<[string, WireRow]> {
    for (const place of this.keys()) yield [place, this.get(place) as WireRow];
  }
}
