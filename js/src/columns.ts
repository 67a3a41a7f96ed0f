// Columns: the stamps of a record or of a change to it, without the values: what the core merges.
import type { Change, StampText } from './wire.js';

export interface Columns {
  /** The stamp of every field that `fields` does not name; null in a patch. */
  base: StampText | null;
  fields: ReadonlyMap<string, StampText>;
  /** When the register `deleted` was last written, and with what. */
  register: StampText;
  deleted: boolean;
}

export type Side = 'local' | 'remote' | 'tie';

/** A joined state: whose base, whose register, and whose of the fields above the base. */
export interface JoinedColumns {
  base: Side | null;
  register: Side;
  fields: ReadonlyMap<string, Side>;
}

const noFields: ReadonlyMap<string, StampText> = new Map();

export function columnsOfChange(change: Change): Columns {
  const { stamp } = change;
  if (change.deleted) return { base: null, fields: noFields, register: stamp, deleted: true };
  const own = change.fields ?? {};
  const names = change.patch ? Object.keys(change.row ?? {}) : Object.keys(own);
  if (names.length === 0 && !change.patch)
    return { base: stamp, fields: noFields, register: stamp, deleted: false };
  const fields = new Map<string, StampText>();
  let register = stamp;
  for (const name of names) {
    const at = Object.hasOwn(own, name) ? (own[name] as StampText) : stamp;
    fields.set(name, at);
    if (at > register) register = at;
  }
  return { base: change.patch ? null : stamp, fields, register, deleted: false };
}
