// What each device writes, made up anew all the time: creates, edits of the same records, deletes,
// values of all kinds. Runs in pages, in Node, and for the shell of SQLite. An app's chance, not a
// test's: what comes out is compared with nothing but itself.

/** Devices share these, so that they meet all the time. */
const sharedKeys = 25;

const pick = (list, random) => list[Math.floor(random() * list.length)];
const integer = (random, below) => Math.floor(random() * below);

/** A character of any plane, surrogates left out. */
function character(random) {
  const planes = [0, 0, 0, 1, 2, 3, 14, 15, 16];
  const point = pick(planes, random) * 0x10000 + integer(random, 0x10000);
  return point >= 0xd800 && point < 0xe000 ? '\u2028' : String.fromCodePoint(point);
}

function text(random) {
  let out = '';
  for (let i = integer(random, 12); i > 0; i--) out += character(random);
  return out;
}

function bytes(random) {
  return Uint8Array.from({ length: integer(random, 40) }, () => integer(random, 256));
}

/** A 64-bit integer, of any size. */
function long(random) {
  const high = BigInt(integer(random, 2 ** 32));
  const value = BigInt.asIntN(64, (high << 32n) | BigInt(integer(random, 2 ** 32)));
  return value >> BigInt(integer(random, 64));
}

function real(random) {
  const special = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -1e21, 1e-7, 123456789.123];
  return random() < 0.5 ? pick(special, random) : (random() - 0.5) * 10 ** integer(random, 30);
}

/** What a column of SQLite can hold. */
const columnValues = [
  text,
  text,
  bytes,
  real,
  long,
  (random) => integer(random, 1e6) - 5e5,
  () => Number.MAX_SAFE_INTEGER,
  () => 9223372036854775807n,
  () => -9223372036854775808n,
  () => 'quo\'te " \\ \n\t\r\u202e',
];

/** What JavaScript has besides. */
const otherValues = [
  () => true,
  () => false,
  () => null,
  (random) => new Date(integer(random, 2e12) - 5e11),
  () => new Date(Number.NaN),
  () => undefined,
  () => Number.NaN,
  () => Number.NEGATIVE_INFINITY,
  () => -0,
  () => 123456789012345678901234567890n,
  () => 'lone \ud83d surrogate',
  (random) => [text(random), [integer(random, 9), {}, null, undefined]],
  (random) => ({
    deep: { [text(random)]: [new Date(0), { n: long(random) }] },
    bytes: bytes(random),
  }),
  () => ({ '$tm:date': 0 }),
  () => JSON.parse('{"__proto__":1,"constructor":null}'),
];

const fields = ['title', 'n', 'ratio', 'any', 'body'];

/**
 * One write, `{ kind: 'put' | 'update' | 'delete', table, key, row }`: `row` is the whole row, or
 * the fields of an update. `wide`: any value, else those of columns. Tables: `records` has the key
 * `id`, `pairs` the key `[x, y]`.
 */
export function nextWrite(name, count, wide, random = Math.random) {
  const values = wide ? [...columnValues, ...otherValues] : columnValues;
  const table = random() < 0.7 ? 'records' : 'pairs';
  const own = random() < 0.2;
  const number = own ? count : integer(random, sharedKeys);
  const key =
    table === 'records' ? { id: `${own ? name : 'k'}-${number}` } : keyOf(own, name, number);
  const chance = random();
  const kind = own || chance < 0.35 ? 'put' : chance < 0.85 ? 'update' : 'delete';
  const row = {};
  for (const field of fields)
    if (kind === 'put' ? random() < 0.7 : random() < 0.4) row[field] = pick(values, random)(random);
  if (kind === 'update' && Object.keys(row).length === 0) row.n = count;
  return { kind, table, key, row };
}

const keyOf = (own, name, number) => ({ x: own ? name : `é${number % 5}`, y: number });

/** The tables as SQLite has them: columns of every affinity. */
export const sqlSchema = [
  `CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, title TEXT, n INTEGER, ratio REAL, "any", body BLOB)`,
  `CREATE TABLE IF NOT EXISTS pairs (
    x TEXT, y INTEGER, title TEXT, n INTEGER, ratio REAL, "any", body BLOB,
    PRIMARY KEY (x, y)) WITHOUT ROWID`,
];

/** A write as a statement with parameters. */
export function statementOf({ kind, table, key, row }) {
  const names = (object) => Object.keys(object).map((name) => `"${name}"`);
  const where = names(key)
    .map((name) => `${name} = ?`)
    .join(' AND ');
  const keys = Object.values(key);
  if (kind === 'delete') return { sql: `DELETE FROM ${table} WHERE ${where}`, parameters: keys };
  if (kind === 'update') {
    const sets = names(row).map((name) => `${name} = ?`);
    const sql = `UPDATE ${table} SET ${sets} WHERE ${where}`;
    return { sql, parameters: [...Object.values(row), ...keys] };
  }
  const columns = [...names(key), ...names(row)];
  const sets = names(row).map((name) => `${name} = excluded.${name}`);
  const sql = `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})
    ON CONFLICT (${names(key)}) DO ${sets.length > 0 ? `UPDATE SET ${sets}` : 'NOTHING'}`;
  return { sql, parameters: [...keys, ...Object.values(row)] };
}
