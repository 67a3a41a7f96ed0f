// Pairs: what every figure of the benchmarks is made of. The two of a pair take turns at going
// first, so that what the machine does meanwhile meets both alike.

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Pairs of what `one` and `other` give, after `warmUps` that are not counted. */
export async function pairsOf(count, one, other, warmUps = 1) {
  const pairs = [];
  for (let i = -warmUps; i < count; i++) {
    const [first, second] = i % 2 === 0 ? [one, other] : [other, one];
    const taken = [await first(), await second()];
    if (i >= 0) pairs.push(i % 2 === 0 ? taken : taken.reverse());
  }
  return pairs;
}

/** The median of the ratios, and the medians of both. */
export function ratioOf(pairs) {
  return {
    ratio: median(pairs.map(([one, other]) => one / other)),
    one: median(pairs.map(([one]) => one)),
    other: median(pairs.map(([, other]) => other)),
  };
}
