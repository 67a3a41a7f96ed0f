// The laws of the merge, on columns and values together, through the real core: whatever the
// order, whatever comes twice.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Join } from '../../js/src/merge.js';
import { isAbsent } from '../../js/src/values.js';
import { realJoin } from './support/core.js';
import {
  clonedChange,
  honestChange,
  joinStates,
  referenceView,
  type State,
  stateOf,
  textOf,
} from './support/states.js';

let join: Join;
beforeAll(async () => {
  join = await realJoin();
});

const both = (a: State, b: State) => joinStates(join, a, b);
const all = (states: readonly State[]) => states.reduce(both);
const runs = { numRuns: 1_000 };

describe.each([
  ['changes of honest devices', honestChange],
  ['changes of clones', clonedChange],
])('%s', (_, change) => {
  const state = fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.map(stateOf));

  test('merge in either direction to the same', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const [left, right] = [all(a), all(b)];
        expect(textOf(both(left, right))).toBe(textOf(both(right, left)));
      }),
      runs,
    );
  });

  test('merge in any grouping to the same', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        const [x, y, z] = [all(a), all(b), all(c)];
        expect(textOf(both(both(x, y), z))).toBe(textOf(both(x, both(y, z))));
      }),
      runs,
    );
  });

  test('change nothing when they come again', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const merged = both(all(a), all(b));
        expect(textOf(both(merged, merged))).toBe(textOf(merged));
        expect(textOf(both(merged, all(b)))).toBe(textOf(merged));
        for (const each of a) expect(textOf(both(merged, each))).toBe(textOf(merged));
      }),
      runs,
    );
  });

  test('leave their arguments as they were', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const before = [...a, ...b].map(textOf);
        both(all(a), all(b));
        expect([...a, ...b].map(textOf)).toEqual(before);
      }),
    );
  });
});

test('what is visible is the last write of each field', () => {
  fc.assert(
    fc.property(fc.array(honestChange, { minLength: 1, maxLength: 6 }), (changes) => {
      const { columns, row } = all(changes.map(stateOf));
      const expected = referenceView(changes);
      expect(columns.deleted).toBe(expected.deleted);
      for (const name of Object.keys(expected.values)) {
        const value = expected.values[name];
        if (isAbsent(value)) expect(Object.hasOwn(row, name) && !isAbsent(row[name])).toBe(false);
        else expect(Object.getOwnPropertyDescriptor(row, name)?.value).toEqual(value);
      }
    }),
    runs,
  );
});
