// The hub's limits, as protocol.md names them, and what measures them. Units are in the names.

/** Changes of one push, at most. */
export const pushChangesMax = 1_000;
/** A request's body after decompression, at most. */
export const bodyBytesMax = 4 * 1024 * 1024;
/** Changes of a pull's page, about, where the caller names no number. */
export const pullChangesDefault = 1_000;
export const pullChangesMax = 5_000;
/** A page ends after this much, at the next seq. */
export const pageBytesMax = 1024 * 1024;
/** Records looked at for one page, about: those left out cost time too. */
export const pageRecordsMax = 20_000;
/** What a record takes with its stamps, at most. A row of the database holds 2 MB. */
export const rowBytesMax = 1024 * 1024;
/**
 * A batch that writes records of more than this goes on under another seq, or no page could hold
 * it.
 */
export const seqBytesMax = 8 * 1024 * 1024;
/** A table's or a field's name, at most. */
export const nameBytesMax = 256;
/** How far a stamp may be ahead of the hub's time. */
export const driftMsMax = 60_000;
/** Turns that a push may name as those before it, at most. */
export const turnsMax = 8;
/** Records that a `full` may ask for, at most. */
export const recordsMax = 500;
/** Records that a digest lists, at most; of more it gives sixteen parts. */
export const digestRecordsMax = 64;
/** Losses of one page, at most. */
export const lossesMax = 1_000;
/** Epochs that are remembered, at most: cursors of older ones are unknown. */
export const epochsMax = 100;
/** Device labels that are remembered, at most. */
export const devicesMax = 1_000;
/** Tombstones that are purged at once, at most: the rest goes an hour later. */
export const purgeRecordsMax = 10_000;

export const dayMs = 86_400_000;
/** How far apart marks of time are, at least. */
export const markMs = 3_600_000;
/** How long a backup is kept, at most: for a Durable Object, as far as its recovery reaches. */
export const backupDays = 30;
/** How long a delete is remembered, at least. */
export const tombstoneDays = 90;
/** How long a value that lost is kept. */
export const lossDays = 30;

const utf8 = new TextEncoder();

/** Whether `text` takes over `max` bytes of UTF-8. */
export function isOver(max: number, text: string): boolean {
  // Three bytes a UTF-16 unit at most: the exact length is only counted where it may matter.
  if (text.length * 3 <= max) return false;
  return text.length > max || utf8.encode(text).length > max;
}
