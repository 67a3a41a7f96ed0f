// A writer whose rows are known at every moment: its n-th step and what its first n steps leave,
// for a page that may die at any of them, and for the test that looks afterwards.

const keysMax = 7;

/** The operations of one step: one transaction. */
export function stepOf(writer, i) {
  const id = `${writer}-${i % keysMax}`;
  switch (Math.floor(i / keysMax) % 4) {
    case 0:
      return [['put', 'todos', { id, n: i, text: `written by ${writer}` }]];
    case 1:
      return [['update', 'todos', id, { again: i }]];
    case 2:
      return [['delete', 'todos', id]];
    default:
      return [
        ['put', 'lists', { id, n: i }],
        [
          'bulkPut',
          'todos',
          [
            { id, n: i },
            { id: `${id}-beside`, n: i },
          ],
        ],
      ];
  }
}

/** Rows by table and key, as check.mjs names them, after the first `count` steps. */
export function rowsAfter(writer, count) {
  const rows = new Map();
  const put = (table, row) => rows.set(`${table}\t${JSON.stringify(row.id)}`, row);
  for (let i = 0; i < count; i++)
    for (const [kind, table, what, changes] of stepOf(writer, i)) {
      const place = `${table}\t${JSON.stringify(what)}`;
      if (kind === 'put') put(table, what);
      else if (kind === 'bulkPut') for (const row of what) put(table, row);
      else if (kind === 'update') rows.set(place, { ...rows.get(place), ...changes });
      else rows.delete(place);
    }
  return rows;
}
