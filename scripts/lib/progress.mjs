// A line per step, with the time it took.

/** "1.2 s" */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Runs `action` and prints `name` with its time, or with `failed`. */
export async function step(name, action) {
  const begun = performance.now();
  try {
    const result = await action();
    console.log(`${name}  ${seconds(performance.now() - begun)}`);
    return result;
  } catch (error) {
    console.log(`${name}  failed after ${seconds(performance.now() - begun)}`);
    throw error;
  }
}

/** A function that prints what it is told with the time since the last line. */
export function narrator() {
  let last = performance.now();
  return (text) => {
    const now = performance.now();
    console.log(`  ${text}  ${seconds(now - last)}`);
    last = now;
  };
}
