// What the to-dos must be in the end by the rules of the merge: of each field, and of a record's being deleted, the last write
// counts. Whoever tells the model of writes makes sure that two devices' writes are apart in time.
import { canonicalText } from '../canonical.mjs';

export class Model {
  #records = new Map();

  /** The device `by` wrote these fields: the record is there from now on. */
  write(by, row, names = Object.keys(row)) {
    const record = this.#records.get(row.id) ?? {
      fields: new Map(),
      deleted: false,
      by: new Set(),
    };
    for (const name of names) record.fields.set(name, row[name]);
    record.deleted = false;
    record.by.add(by);
    this.#records.set(row.id, record);
  }

  remove(by, id) {
    const record = this.#records.get(id);
    record.deleted = true;
    record.by.add(by);
  }

  /** Canonical key to row of the records that are there. */
  rows() {
    const there = [...this.#records].filter(([, { deleted }]) => !deleted);
    return new Map(
      there.map(([id, { fields }]) => [canonicalText(id), Object.fromEntries(fields)]),
    );
  }

  /** The ids of records that the last write deleted. */
  removed() {
    return [...this.#records].filter(([, { deleted }]) => deleted).map(([id]) => canonicalText(id));
  }
}
