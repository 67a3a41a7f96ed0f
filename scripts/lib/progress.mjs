// What a long run is doing, as it goes.
import { secondsSince } from './run.mjs';

/** A function that prints what it is told, with the seconds since it last did. */
export function narrator() {
  let last = performance.now();
  return (text) => {
    console.log(`  ${text} (${secondsSince(last)} s)`);
    last = performance.now();
  };
}
