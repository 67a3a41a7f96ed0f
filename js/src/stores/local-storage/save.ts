// Saves a view: the state with all that is to be done to the items is written first, as one item;
// then that is done. A crash at any point leaves the one or the other, and the next view goes on
// from there.

import type { WireRow } from '../../wire.js';
import { recordAt } from '../memory-reading.js';
import { isSameRow, rowOf, textOf } from './formats.js';
import type { Layout } from './layout.js';
import { type Items, type OwnItems, put } from './own-items.js';
import type { Recent } from './recent.js';
import { type Redo, textsOf } from './saved.js';
import type { View } from './view.js';

/** An item that a save set, for those who watch it. */
export interface ItemChange {
  key: string;
  oldText: string | null;
  text: string | null;
}

/** Throws `storage_full`, changing nothing, or leaving what is left to do to the next save. */
export function save(view: View, own: OwnItems, layout: Layout, recent: Recent): ItemChange[] {
  const { items } = own;
  const set = itemsToSet(view, items, layout);
  const changes = set.map(({ key, text }) => ({ key, oldText: items.getItem(key), text }));
  const { contents, gone } = view;
  const textWith = textsOf({ ...view.saved, contents });
  withRoom(own, growthOf(changes), () => put(items, own.state, textWith({ set, gone })));
  for (const { key, text } of set) put(items, key, text);
  for (const name of gone) put(items, name, null);
  if (set.length > 0) put(items, own.state, textWith({ set: [], gone }));
  recent.leave(view.texts);
  recent.leave(new Map(set.map(({ key, text }) => [key, text])));
  recent.take(view.taken);
  return changes;
}

/** Which items the rows change. Their digests are of what they will be. */
function itemsToSet(view: View, items: Items, layout: Layout): Redo['set'] {
  const set: Redo['set'] = [];
  for (const [place, row] of view.rows.changed) {
    const record = recordAt(place);
    const key = layout.keyOf(record) as string;
    const before = view.digestOf(key, record);
    const after = items.getItem(key);
    const text = textAfter(row, after, layout.format(record.table));
    view.noteDigest(key, row);
    if (text !== after) set.push({ key, before, text });
  }
  for (const key of view.dropped) set.push({ key, before: null, text: null });
  return set;
}

// A text that says the same stays as the app wrote it.
function textAfter(row: WireRow | null, text: string | null, format: 'text' | 'json') {
  if (row === null) return null;
  return text !== null && isSameRow(rowOf(text, format), row) ? text : textOf(row, format);
}

function growthOf(changes: readonly ItemChange[]): number {
  let growth = 0;
  for (const { key, oldText, text } of changes) {
    const before = oldText === null ? 0 : key.length + oldText.length;
    const after = text === null ? 0 : key.length + text.length;
    growth += Math.max(0, after - before);
  }
  return growth;
}

/** Does `work` only where there is also room for `growth` more characters after it. */
function withRoom({ items, room }: OwnItems, growth: number, work: () => void): void {
  try {
    if (growth > 0) put(items, room, ' '.repeat(growth));
    work();
  } finally {
    items.removeItem(room);
  }
}
