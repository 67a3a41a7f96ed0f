// Wanted: records that are asked for with the next push because a comparison with the hub found
// them to differ. In memory only: who compares again asks again.
import { TidemarkError } from './errors.js';
import { type Outbox, rereadsMax } from './stores/store.js';
import type { Change, RecordKey } from './wire.js';

interface Asked extends RecordKey {
  resolve(): void;
  reject(error: Error): void;
}

export class Wanted {
  #asked: Asked[] = [];

  get count(): number {
    return this.#asked.length;
  }

  /** Resolves when all of them were answered, and the answers stored. */
  ask(records: readonly RecordKey[]): Promise<unknown> {
    return Promise.all(
      records.map(
        ({ table, id }) =>
          new Promise<void>((resolve, reject) => this.#asked.push({ table, id, resolve, reject })),
      ),
    );
  }

  /** The outbox, asking for these as well. */
  addTo(outbox: Outbox): Outbox {
    const more = this.#asked.filter((each) => !outbox.rereads.some(isOf(each)));
    const rereads = [...outbox.rereads, ...more.map(({ table, id }) => ({ table, id }))];
    return { ...outbox, rereads: rereads.slice(0, rereadsMax) };
  }

  /** Answers that the hub knows no such record, of those that were asked for. */
  unknownOf(records: readonly Change[] = []): Change[] {
    return records.filter((each) => each.absent && this.#asked.some(isOf(each)));
  }

  answered(records: readonly RecordKey[] = []): void {
    const isAnswered = (asked: Asked) => records.some(isOf(asked));
    const done = this.#asked.filter(isAnswered);
    this.#asked = this.#asked.filter((asked) => !isAnswered(asked));
    for (const { resolve } of done) resolve();
  }

  close(): void {
    for (const { reject } of this.#asked.splice(0)) reject(new TidemarkError('closed'));
  }
}

const isOf =
  ({ table, id }: RecordKey) =>
  (each: RecordKey) =>
    each.table === table && each.id === id;
