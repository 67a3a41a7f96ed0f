// A clock for tests: stamps of its own, a second apart, from a thousand seconds on.
import type { Stamper } from '../stores/store.js';
import type { StampText } from '../wire.js';

/** The first of the stamps at `ms`, by a node of which nothing else is known. */
export function stampAt(ms: number, node = 'ffffffffffffffff'): StampText {
  return `${ms.toString(16).padStart(12, '0')}-0000-${node}`;
}

export class TestClock implements Stamper {
  readonly accepted = null;
  readonly offsetMs = 0;
  #ms: number;

  constructor(
    readonly node = '00000000000000aa',
    startMs = 1_000_000,
  ) {
    this.#ms = startMs;
  }

  reserve(_count: number): StampText {
    this.#ms += 1_000;
    return stampAt(this.#ms, this.node);
  }

  /** As if it had run ahead so far, and that was found out. */
  setBack(ms: number): void {
    this.#ms -= ms;
  }

  restore(): void {}
}
