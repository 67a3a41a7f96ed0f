// The records of the SQLite and bootstrap rows: to-dos as an app that syncs device to device keeps
// them, of about 340 bytes of JSON each, the same in every run.

/** One index besides the key's, as apps have it. */
export const schema = `
  CREATE TABLE todos (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT, completed INTEGER DEFAULT 0,
    priority TEXT DEFAULT 'medium', due_date INTEGER, device_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted INTEGER DEFAULT 0,
    synced INTEGER DEFAULT 0
  );
  CREATE INDEX idx_updated_at ON todos(updated_at);
`;
export const columns = [
  ...['id', 'title', 'description', 'completed', 'priority', 'due_date', 'device_id'],
  ...['created_at', 'updated_at', 'deleted', 'synced'],
];
export const insertText = `INSERT INTO todos (${columns}) VALUES (${columns.map(() => '?')})`;
/** ?1: JSON, rows. */
export const insertJsonText = `INSERT INTO todos (${columns}) SELECT ${columns.map(
  (name) => `value ->> '${name}'`,
)} FROM json_each(?1)`;

const words =
  'buy call plan read send write check order clean fix water paint meet book pay the a new old big ' +
  'red for with after before milk bread report garden tickets invoice letter shelf bike friend week';
const list = words.split(' ');

/** Numbers that look random and are the same in every run (mulberry32). */
function* numbersOf(seed) {
  for (let a = seed; ; ) {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    yield (t ^ (t >>> 14)) >>> 0;
  }
}

const numbers = numbersOf(42);
const next = () => numbers.next().value;
const hex = (digits) => next().toString(16).padStart(8, '0').slice(0, digits);
const text = (count) => Array.from({ length: count }, () => list[next() % list.length]).join(' ');

const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;

function todo(device, i) {
  const at = 1_740_000_000_000 + i * 1_009;
  return {
    id: `${device}-${at}-${hex(6)}`,
    title: text(5),
    description: text(16),
    completed: next() % 2,
    priority: ['low', 'medium', 'high'][next() % 3],
    due_date: at + 86_400_000,
    device_id: device,
    created_at: at,
    updated_at: at + (next() % 1_000_000),
    deleted: 0,
    synced: 1,
  };
}

/** So many rows, of four devices. */
export function todos(count) {
  const devices = Array.from({ length: 4 }, uuid);
  return Array.from({ length: count }, (_, i) => todo(devices[next() % 4], i));
}
