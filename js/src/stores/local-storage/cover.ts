// Takes tables into sync: what is there of a new one is adopted, and the hub is read from the
// beginning for it. A table that is made of other items than before is a new one.
import { nodeOf } from '../../stamp-words.js';
import { moveCursor } from '../journal.js';
import { emptyContents, noHub } from '../memory-commit.js';
import { adoptRows } from '../memory-reading.js';
import type { Stamper } from '../store.js';
import type { Layout } from './layout.js';
import type { Saved } from './saved.js';
import type { View } from './view.js';

export function nothingSaved(device: string): Saved {
  return {
    contents: emptyContents({ ...noHub, offsetMs: null, device, tables: {} }),
    digests: new Map(),
    signatures: new Map(),
    former: new Set(),
    redo: { set: [], gone: [] },
  };
}

export function cover(view: View, layout: Layout, stamper: Stamper): void {
  const { digests, signatures, former } = view.saved;
  const fresh = new Set<string>();
  for (const [table, made] of layout.signatures)
    if (signatures.get(table) !== made) fresh.add(table);
  if (fresh.size === 0 && signatures.size === layout.signatures.size) return;
  view.changed = true;
  view.saved.signatures = new Map(layout.signatures);
  for (const key of digests.keys())
    if (layout.recordOf(key) === null) {
      digests.delete(key);
      former.add(key);
    }
  for (const key of former) if (layout.recordOf(key) !== null) former.delete(key);
  if (fresh.size === 0) return;
  adoptRows(view.contents, nodeOf(stamper.reserve(1)), (record) => {
    const key = layout.keyOf(record) as string;
    if (!fresh.has(record.table) || digests.has(key)) return false;
    digests.set(key, view.digestOf(key, record));
    return true;
  });
  moveCursor(view.contents.state, null);
}
