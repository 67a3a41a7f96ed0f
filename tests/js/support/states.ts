// Full states of a record, columns and row, joined by the real core; and the reference that says
// what a join should be.
import fc from 'fast-check';
import { type Columns, columnsOfChange, type JoinedColumns } from '../../../js/src/columns.js';
import { type Join, mergeColumns, mergeRows, type Row } from '../../../js/src/merge.js';
import { absentField, canonicalText, isAbsent } from '../../../js/src/values.js';
import type { Change } from '../../../js/src/wire.js';
import { stampOf } from './vectors.js';

export interface State {
  columns: Columns;
  row: Row;
}

export function compareTexts(a: unknown, b: unknown): number {
  const [left, right] = [canonicalText(a), canonicalText(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

export function joinStates(join: Join, local: State, remote: State): State {
  const [joined] = join([local.columns], [remote.columns]) as [JoinedColumns];
  const { row } = mergeRows(local.row, remote.row, joined, compareTexts);
  return { columns: mergeColumns(local.columns, remote.columns, joined), row };
}

export function textOf({ columns, row }: State): string {
  const { base, register, deleted } = columns;
  const fields = Object.fromEntries([...columns.fields].map(([name, at]) => [`:${name}`, at]));
  const present = Object.entries(row).filter(([, value]) => !isAbsent(value));
  const named = Object.fromEntries(present.map(([name, value]) => [`:${name}`, value]));
  return canonicalText({ base, register, deleted, fields, row: named });
}

const names = ['a', 'b', '__proto__', 'constructor'];

/** A change of one record; `valueOf` makes the value of a field from its stamp. */
function anyChange(value: (stamp: number) => fc.Arbitrary<unknown>): fc.Arbitrary<Change> {
  const stamp = fc.integer({ min: 10, max: 45 });
  const id = { table: 't', id: '1' };
  const fieldAt = (name: string, base: number) =>
    fc
      .integer({ min: 0, max: 9 })
      .chain((later) => value(base + later).map((v) => ({ name, at: base + later, value: v })));
  // A whole row says something of every field: that it is absent, if nothing else.
  const fieldsAt = (base: number, patch: boolean) =>
    fc
      .subarray(names, { minLength: patch ? 1 : names.length })
      .chain((some) => fc.tuple(...some.map((name) => fieldAt(name, base))));
  const written = (patch: boolean) =>
    stamp.chain((base) =>
      fieldsAt(base, patch).map((list): Change => {
        const own = list.filter(({ at }) => at !== base);
        const row = fromEntries(
          list.filter(({ value: v }) => patch || !isAbsent(v)).map((f) => [f.name, f.value]),
        );
        const change: Change = { ...id, stamp: stampOf(base), row };
        if (patch) change.patch = true;
        if (own.length > 0)
          change.fields = fromEntries(own.map((f) => [f.name, stampOf(f.at)])) as Record<
            string,
            string
          >;
        return change;
      }),
    );
  const deleted = stamp.map((n): Change => ({ ...id, stamp: stampOf(n), deleted: true }));
  return fc.oneof(
    { weight: 2, arbitrary: written(false) },
    { weight: 4, arbitrary: written(true) },
    deleted,
  );
}

// Object.fromEntries defines own properties, `__proto__` included.
const fromEntries = (entries: (readonly [string, unknown])[]): Row => Object.fromEntries(entries);

const clonedValue = () => fc.constantFrom<unknown>(0, 1, 'x', null, absentField, { y: 1 });
const honestValue = (n: number) => fc.constant<unknown>(n % 4 === 0 ? absentField : `at ${n}`);

/** Changes where one stamp stands for one write. */
export const honestChange = anyChange(honestValue);
/** Changes where clones wrote different values at the same stamps. */
export const clonedChange = anyChange(clonedValue);

export const stateOf = (change: Change): State => ({
  columns: columnsOfChange(change),
  row: change.row ?? {},
});

/** What is visible of a record, by definition: each field's write with the greatest stamp. */
export function referenceView(changes: readonly Change[]): { deleted: boolean; values: Row } {
  const columns = changes.map(columnsOfChange);
  const register = columns
    .map((c) => [c.register, c.deleted ? 1 : 0] as const)
    .sort()
    .at(-1);
  const values: Row = {};
  for (const name of names) {
    let best = '';
    for (const [i, { base, fields }] of columns.entries()) {
      const at = fields.get(name) ?? base ?? '';
      if (at <= best) continue;
      best = at;
      const row = changes[i]?.row ?? {};
      const value = Object.hasOwn(row, name) ? row[name] : absentField;
      Object.defineProperty(values, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return { deleted: register?.[1] === 1, values };
}
