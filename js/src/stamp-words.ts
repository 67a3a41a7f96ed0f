// Stamps as the core takes and gives them: four words of 32 bits, and back to their text; and the
// parts of the text.
import type { StampText } from './wire.js';

export const zeroStamp = '000000000000-0000-0000000000000000';

/** When it was written: Unix time in milliseconds. */
export function msOf(stamp: StampText): number {
  return Number.parseInt(stamp.slice(0, 12), 16);
}

/** Who wrote it. */
export function nodeOf(stamp: StampText): string {
  return stamp.slice(18);
}

export function writeStamp(words: Uint32Array, at: number, stamp: StampText): void {
  words[at] = Number.parseInt(stamp.slice(0, 8), 16);
  words[at + 1] = Number.parseInt(stamp.slice(8, 12) + stamp.slice(13, 17), 16);
  words[at + 2] = Number.parseInt(stamp.slice(18, 26), 16);
  words[at + 3] = Number.parseInt(stamp.slice(26, 34), 16);
}

export function readStamp(words: Uint32Array, at: number): StampText {
  const hex = (i: number) => (words[at + i] as number).toString(16).padStart(8, '0');
  const low = hex(1);
  return `${hex(0)}${low.slice(0, 4)}-${low.slice(4)}-${hex(2)}${hex(3)}`;
}
