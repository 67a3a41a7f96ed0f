// Stamps as SQLite has them: time and node as 64-bit integers; and stamping the log again.
import { sql } from '../../generated/sqlite.js';
import { nodeOf } from '../../stamp-words.js';
import type { Loss, StampText } from '../../wire.js';
import { lossOfShown } from '../losses.js';
import { adoptionStamp, isAdoption, placeOf } from '../pending.js';
import { type Clock, stampAfter } from '../store.js';
import type { SqliteDatabase } from './database.js';
import { type LogWrite, type RowsByNumber, readWrites } from './log.js';

export function timeOf(stamp: StampText): bigint {
  return BigInt(`0x${stamp.slice(0, 12)}${stamp.slice(13, 17)}`);
}

/** As SQLite holds 64 bits: with a sign. */
export function nodeNumber(node: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${node}`));
}

/** The offset of the hub's clock as triggers add it. */
export function aheadOf(offsetMs: number | null): bigint {
  return BigInt(Math.round(offsetMs ?? 0)) << 16n;
}

/** What stamping again did, beside the stamps. */
export interface Restamped {
  /** What deletes take with them: rows that are shown had won. */
  losses: Loss[];
  /** Writes whose stamps fell. */
  lowered: LogWrite[];
}

/**
 * Stamps the log again, in the order of writing. What was adopted stays below everything else; what
 * is offered stays as it is.
 */
export function restampLog(
  db: SqliteDatabase,
  tables: RowsByNumber,
  again: (first: StampText, count: number) => StampText,
): Restamped {
  const own = readWrites(db, tables).filter(({ offer }) => offer === undefined);
  own.sort((a, b) => a.place - b.place);
  const last = new Map(own.map((write) => [placeOf(write), write]));
  const done: Restamped = { losses: [], lowered: [] };
  let adopted = 0;
  let greatest = 1n;
  for (const write of own) {
    const { register, deleted } = write.columns;
    const next = again(register, 1);
    const node = nodeOf(next);
    const stamp = isAdoption(register) ? stampAfter(adoptionStamp(node), adopted++) : next;
    if (stamp < register) done.lowered.push(write);
    if (timeOf(stamp) > greatest) greatest = timeOf(stamp);
    db.all(sql.logStamp, [write.entry, timeOf(stamp), nodeNumber(node)]);
    if (!deleted || last.get(placeOf(write)) !== write) continue;
    const row = tables.get(write.tbl)?.read(write.id);
    if (row !== undefined) done.losses.push(lossOfShown(write, row, register, stamp));
  }
  db.all(sql.logSetTime, [greatest]);
  return done;
}

/**
 * From now on triggers stamp as this clock would: under its node, with its offset, past what the
 * hub has accepted. The log ends with a boundary.
 */
export function stampAs(db: SqliteDatabase, clock: Clock): void {
  const { accepted, offsetMs } = clock;
  db.all(sql.era, [nodeNumber(nodeOf(clock.reserve(1)))]);
  db.all(sql.clockPut, [aheadOf(offsetMs)]);
  if (accepted !== null) db.all(sql.logRaise, [timeOf(accepted)]);
}
