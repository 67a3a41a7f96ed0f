// The Host port: what the engine is told of the machine. Replaceable, so that a test can own time
// and chance.

export interface Host {
  /** Unix time in milliseconds by the device's clock. */
  now(): number;
  /** A uniform random word of 32 bits. */
  random32(): number;
}

export const systemHost: Host = {
  now: () => Date.now(),
  random32: () => crypto.getRandomValues(new Uint32Array(1))[0] as number,
};
