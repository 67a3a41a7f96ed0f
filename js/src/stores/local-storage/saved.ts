// The state as it is saved: one item, so that it is changed at once or not at all.
import type { IdText, RecordKey, WireRow } from '../../wire.js';
import type { Contents, Rows } from '../memory-commit.js';
import { placeOf } from '../pending.js';
import type { PendingWrite } from '../store.js';
import type { Digest } from './digests.js';

/**
 * What a save has yet to carry out, or did: the items it sets (null: removes), with what they were
 * before; and the intents that are in the state now, and count no more.
 */
export interface Redo {
  set: { key: string; before: Digest; text: string | null }[];
  gone: string[];
}

/** Contents without their rows, and what tells how the items last were. */
export interface Saved {
  contents: Omit<Contents, 'rows'>;
  digests: Map<string, Digest>;
  /** By table, what it was made of. */
  signatures: Map<string, string>;
  /** Items that were records once, of this user. */
  former: Set<string>;
  redo: Redo;
}

type Pairs<T> = [string, T][];
type SavedWrite = Omit<PendingWrite, 'columns'> & {
  base: string | null;
  fields: Pairs<string>;
  register: string;
  deleted?: true;
};

interface Text {
  redo: { set: { key: string; before: Pairs<string> | null; text: string | null }[] } & Redo;
  state: Contents['state'];
  log: SavedWrite[];
  graves: Pairs<WireRow>;
  marks: string[];
  rereads: RecordKey[];
  digests: Pairs<Pairs<string>>;
  signatures: Pairs<string>;
  former: string[];
  rest: Pick<Contents, 'entries' | 'dead' | 'letters' | 'journal' | 'losses' | 'lost'>;
}

/** The text of a state with what `redo` says; the same with another begins with another. */
export function textsOf({ contents, digests, signatures, former }: Omit<Saved, 'redo'>) {
  const { state, log, graves, marks, rereads, ...others } = contents;
  const { entries, dead, letters, journal, losses, lost } = others;
  const present = [...digests].filter(([, digest]) => digest !== null);
  const body: Omit<Text, 'redo'> = {
    state,
    log: log.map(packed),
    graves: [...graves],
    marks: [...marks],
    rereads: [...rereads.values()],
    digests: present.map(([key, digest]) => [key, pairsOf(digest) as Pairs<string>]),
    signatures: [...signatures],
    former: [...former],
    rest: { entries, dead, letters, journal, losses, lost },
  };
  const text = JSON.stringify(body).slice(1);
  return (redo: Redo) => {
    const set = redo.set.map((each) => ({ ...each, before: pairsOf(each.before) }));
    return `{"redo":${JSON.stringify({ ...redo, set })},${text}`;
  };
}

export function savedOf(text: Text): Saved {
  const { redo, state, log, rereads, digests, rest } = text;
  return {
    contents: {
      ...rest,
      state,
      log: log.map(unpacked),
      graves: new Map(text.graves),
      marks: new Set(text.marks),
      rereads: new Map(rereads.map((record) => [placeOf(record), record])),
    },
    digests: new Map(digests.map(([key, pairs]) => [key, new Map(pairs)])),
    signatures: new Map(text.signatures),
    former: new Set(text.former),
    redo: {
      gone: redo.gone,
      set: redo.set.map((each) => ({
        ...each,
        before: each.before && new Map(each.before as unknown as Pairs<string>),
      })),
    },
  };
}

export type SavedText = Text;

export function contentsOf({ contents }: Saved, rows: Rows): Contents {
  return { ...contents, rows };
}

function pairsOf(digest: Digest): Pairs<string> | null {
  return digest && [...digest];
}

function packed({ columns, carries: _, ...write }: PendingWrite): SavedWrite {
  const { base, fields, register, deleted } = columns;
  return { ...write, base, fields: [...fields], register, ...(deleted && { deleted }) };
}

function unpacked({ base, fields, register, deleted = false as never, ...write }: SavedWrite) {
  const columns = { base, fields: new Map(fields), register, deleted: Boolean(deleted) };
  return { ...write, columns } as PendingWrite & { id: IdText };
}
