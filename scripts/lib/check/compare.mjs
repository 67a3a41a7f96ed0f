// Compares what each place holds with what must be there.
import { canonicalText } from '../canonical.mjs';

const nothing = 'no such record';

/** `rows` as a device's page gives them (a line each, key and row) to a map of canonical texts. */
export function rowsOfText(text) {
  const rows = new Map();
  for (const line of text === '' ? [] : text.split('\n')) {
    const tab = line.indexOf('\t');
    rows.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return rows;
}

/** The records that are not as expected, by place. */
export class Comparison {
  /** Record to what was expected of it and what each place has instead. */
  #wrong = new Map();

  constructor(places) {
    this.places = places;
  }

  /**
   * One record in one place: `expected` is its row, `actual` its canonical text; undefined where
   * there is none.
   */
  record(place, table, key, expected, actual = nothing) {
    const wanted = expected === undefined ? nothing : canonicalText(expected);
    if (actual === wanted) return;
    const name = `${table} ${key}`;
    const wrong = this.#wrong.get(name) ?? { wanted, found: new Map() };
    wrong.found.set(place, actual);
    this.#wrong.set(name, wrong);
  }

  /** All rows of one table in one place. */
  table(place, table, expected, actual) {
    for (const [key, row] of expected) this.record(place, table, key, row, actual.get(key));
    for (const [key, text] of actual)
      if (!expected.has(key)) this.record(place, table, key, undefined, text);
  }

  /** Records that should be there as written, and in some place are not. */
  get lost() {
    return [...this.#wrong.values()].filter(({ wanted }) => wanted !== nothing).length;
  }

  /** Whether all places have the same, right or wrong. */
  get converged() {
    return [...this.#wrong.values()].every(
      ({ found }) => found.size === this.places.length && new Set(found.values()).size === 1,
    );
  }

  get ok() {
    return this.#wrong.size === 0;
  }

  /** The first record that is not as expected. */
  firstDifference() {
    const [first] = this.#wrong;
    if (first === undefined) return null;
    const [name, { wanted, found }] = first;
    const lines = [...found].map(([place, text]) => `  ${place}: ${text}`);
    return [name, `  expected: ${wanted}`, ...lines].join('\n');
  }
}

/** The last line of a check. */
export function summary({ records, traffic, comparison: { lost, converged } }) {
  const sum = (name) => traffic.reduce((total, counts) => total + counts[name], 0);
  return (
    `devices=${traffic.length} records=${records} pushed=${sum('pushed')} ` +
    `pulled=${sum('pulled')} lost=${lost} converged=${converged}`
  );
}
