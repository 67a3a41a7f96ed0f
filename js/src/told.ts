// Writes as they are told, and as the store counts them: each is to count once, whichever of the
// two knows of it first.
import type { NewWrites } from './stores/store.js';

export class Told {
  #counted = 0;
  #writes: NewWrites[] = [];

  /** Takes what was told; returns how many of its records no count has. */
  add(writes: readonly NewWrites[]): number {
    const left = writes.filter(({ entry }) => entry > this.#counted);
    this.#writes.push(...left);
    return sum(left);
  }

  /** The store counted up to `counted`; returns how many records were told besides. */
  after(counted: number): number {
    this.#counted = Math.max(this.#counted, counted);
    this.#writes = this.#writes.filter(({ entry }) => entry > this.#counted);
    return sum(this.#writes);
  }
}

function sum(writes: readonly NewWrites[]): number {
  return writes.reduce((total, { count }) => total + count, 0);
}
