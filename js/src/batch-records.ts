// The records of a batch, out of the core's cells.
import { cellWords, type FieldNumbers } from './cells.js';
import { readStamp } from './stamp-words.js';
import type { StampText } from './wire.js';

/** One record of a batch, as the core joined its writes. */
export interface BatchRecord {
  /** Its place among the outbox's records. */
  record: number;
  base: StampText | null;
  register: StampText;
  deleted: boolean;
  fields: Map<string, StampText>;
}

export function readRecords(words: Uint32Array, names: FieldNumbers): BatchRecord[] {
  const records: BatchRecord[] = [];
  for (let i = 0; i < words.length; i += cellWords) {
    const number = words[i + 4] as number;
    const field = words[i + 5] as number;
    const stamp = readStamp(words, i);
    let record = records.at(-1);
    if (record?.record !== number) {
      record = { record: number, base: null, register: stamp, deleted: false, fields: new Map() };
      records.push(record);
    }
    if (field === 0) record.base = stamp;
    else if (field <= 2) Object.assign(record, { register: stamp, deleted: field === 2 });
    else record.fields.set(names.name(field), stamp);
  }
  return records;
}
