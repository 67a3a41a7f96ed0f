// Maintenance: what the hub forgets, and when. A delete may go when it is old and every backup
// knows of it. How old a seq is, marks of time tell, one an hour.
import type { Context } from './context.js';
import type { HubStore } from './hub-store.js';
import { dayMs, markMs, purgeRecordsMax } from './limits.js';

/** Every backup holds what has this seq or less. */
export function safeSeq({ store, options }: Context, now: number): number {
  return store.history.seqBefore(now - options.backupDays * dayMs);
}

/** Marks that the hub stands at `seq`, unless it did so within the hour. */
export function markTime(context: Context, seq: number, now: number): void {
  const { history } = context.store;
  // Of a clock that was set back since: it would hold up every later mark.
  if ((history.newestMark()?.at ?? now) > now) history.dropMarksFrom(now);
  const newest = history.newestMark();
  if (newest !== null && now - newest.at < markMs) return;
  history.addMark({ at: now, seq });
  maintain(context, now);
}

export function maintain(context: Context, now: number): void {
  const { store, options } = context;
  const oldest = now - Math.max(options.tombstoneDays, options.backupDays) * dayMs;
  store.losses.dropBefore(now - options.lossDays * dayMs);
  // An engine draws a node at every start: most are never heard of again.
  store.nodes.dropBefore(oldest);
  const old = store.history.seqBefore(now - options.tombstoneDays * dayMs);
  if (!isYoung(context, now)) purge(store, Math.min(safeSeq(context, now), old));
  store.history.dropMarksBehind(oldest);
}

// What was restored may be offered again by devices, deletes among it: they are to meet theirs.
function isYoung({ store, options }: Context, now: number): boolean {
  const [present] = store.history.epochs();
  if (present === undefined || present.parent === null) return false;
  return now - present.began < options.backupDays * dayMs;
}

function purge(store: HubStore, seq: number): void {
  const purged = store.purge(seq, purgeRecordsMax);
  if (purged !== null) store.history.notePurge(purged);
}
