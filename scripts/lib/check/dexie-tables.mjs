// Which Dexie tables hold an import so that every row stays as it was: a key that IndexedDB can
// find in the row stays there, any other is kept beside it (an outbound key). Nothing is ever added
// to a row.

// What a key path can name: one property, as an identifier. A dot or any other character means
// something else there.
const identifier = /^[A-Za-z_$][\w$]*$/;

const isPath = (field) => identifier.test(field) && field !== '__proto__';

// Dexie has no table whose name every object has (`constructor`, `__proto__`), a pull names its
// tables in an address, which has no lone surrogates, and some names are the sync engine's own.
const isTaken = (name) =>
  name in Object.prototype || !name.isWellFormed() || name.startsWith('$tidemark_');

/**
 * Gives another name to tables that cannot be synced under theirs; `onRename(table, name)` is told.
 */
export function withDexieNames(tables, onRename) {
  const names = new Set(tables.map(({ name }) => name));
  return tables.map((table) => {
    if (!isTaken(table.name)) return table;
    let name = `table ${table.name.toWellFormed()}`;
    while (names.has(name)) name += '_';
    names.add(name);
    onRename(table, name);
    return { ...table, name };
  });
}

/** Dexie's schema of each table: [name, schema]. */
export function dexieSchemas(tables) {
  return tables.map(({ name, keyFields }) => [name, schemaOf(keyFields)]);
}

function schemaOf(keyFields) {
  if (keyFields === null || !keyFields.every(isPath)) return '';
  return keyFields.length === 1 ? keyFields[0] : `[${keyFields.join('+')}]`;
}
