// Outboxes as a store would read them, written by hand: stamps as in the vectors.
import type { Outbox, PendingWrite } from '../../../js/src/stores/store.js';
import type { WireRow } from '../../../js/src/wire.js';
import { columnsOf, type StateVector } from './vectors.js';

export interface Written extends StateVector {
  id: string;
  table?: string;
  transaction?: string;
  create?: boolean;
  offer?: string;
  born?: string;
}

export function outboxOf(written: Written[], rows: Record<string, WireRow>): Outbox {
  const writes = written.map(
    ({ id, table = 't', transaction, create = false, offer, born, ...state }, i): PendingWrite => {
      return {
        entry: i + 1,
        index: 0,
        transaction: transaction ?? `x${i}`,
        table,
        id,
        columns: columnsOf(state),
        create,
        ...(offer !== undefined && { offer }),
        ...(born !== undefined && { born }),
      };
    },
  );
  const byId = new Map(Object.entries(rows));
  const tables = new Map(
    [...new Set(writes.map(({ table }) => table))].map((table) => [table, byId]),
  );
  return { writes, rows: tables, pending: writes.length, counted: writes.length, rereads: [] };
}
