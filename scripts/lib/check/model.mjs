// What the to-dos must be in the end by the rules of the merge: of each field, and of a record's
// being deleted, the last write counts. Whoever tells the model of writes makes sure that two
// devices' writes are apart in time.
import { canonicalText } from '../canonical.mjs';

export class Model {
  #records = new Map();

  /** These fields were written: the record is there from now on. */
  write(row, names = Object.keys(row)) {
    const record = this.#records.get(row.id) ?? { fields: new Map(), deleted: false };
    for (const name of names) record.fields.set(name, row[name]);
    record.deleted = false;
    this.#records.set(row.id, record);
  }

  remove(id) {
    this.#records.get(id).deleted = true;
  }

  /** Canonical key to row of the records that are there. */
  rows() {
    const there = [...this.#records].filter(([, { deleted }]) => !deleted);
    return new Map(
      there.map(([id, { fields }]) => [canonicalText(id), Object.fromEntries(fields)]),
    );
  }
}
