// Lineage: the epochs that the hub has come through, one for every time that it was restored. What
// a cursor of an older one is worth, and which purges a device cannot know of.
import type { PullReply, StampText } from '../wire.js';
import { formatCursor, parseCursor } from './cursor.js';
import type { Epoch, HubStore } from './hub-store.js';
import { drawName } from './names.js';

/** The storage was restored, and holds what had `seq` or less. */
export function beginEpoch(store: HubStore, seq: number, now: number): void {
  const parent = store.head().epoch;
  const restoredSeq = Math.min(seq, store.head().seq);
  store.history.begin({ epoch: drawName(), parent, restoredSeq, purged: null, began: now });
  // They are of the backup: whoever has pushed since would pass for a copy of itself.
  store.nodes.dropTurns();
}

type Offer = Pick<PullReply, 'offer' | 'adopt' | 'known'>;

/**
 * What a device is to offer whose cursor cannot be read. One that is ahead tells that the storage
 * was restored: that begins a new epoch, with what every backup holds.
 */
export function offerOf(store: HubStore, cursor: string, safe: number, now: number): Offer {
  const place = parseCursor(cursor);
  const { epoch, fence } = store.head();
  if (place?.epoch === epoch) {
    if (place.seq < fence) return { offer: null, known: cursor };
    beginEpoch(store, safe, now);
  }
  // What is not offered, the device goes on to know as of the present epoch.
  const knownTo = (seq: number) => formatCursor(store.head(), seq);
  const since = epochsSince(store.history.epochs(), place?.epoch);
  if (place === null || since === null) return { offer: 0, adopt: true, known: knownTo(0) };
  const offer = Math.min(...since.map(({ restoredSeq }) => restoredSeq));
  return { offer, known: knownTo(Math.min(offer, place.seq)) };
}

/**
 * The greatest stamp purged; for an offer, of what was purged in epochs that its device has not
 * read: all, where the hub does not know the device's. Null: nothing was.
 */
export function greatestPurged(store: HubStore, offer: string | undefined): StampText | null {
  const line = store.history.epochs();
  const unread = offer === undefined ? line : epochsSince(line, parseCursor(offer)?.epoch);
  const purged = (unread ?? line).map((epoch) => epoch.purged ?? '');
  return purged.sort().at(-1) || null;
}

// The epochs after `epoch`; null: the present one does not descend from it.
function epochsSince(line: readonly Epoch[], epoch: string | undefined): Epoch[] | null {
  const place = line.findIndex((each) => each.epoch === epoch);
  return place < 0 ? null : line.slice(0, place);
}
