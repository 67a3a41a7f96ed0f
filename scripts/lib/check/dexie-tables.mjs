// Which Dexie tables hold an import so that every row stays as it was: a key that IndexedDB can find in the row stays there,
// any other is kept beside it (an outbound key). Nothing is ever added to a row.

// What a key path can name: one property, as an identifier. A dot or any other character means something else there.
const identifier = /^[A-Za-z_$][\w$]*$/;

const isPath = (field) => identifier.test(field) && field !== '__proto__';

/** Dexie's schema of each table: [name, schema]. */
export function dexieTables(tables) {
  return tables.map(({ name, keyFields }) => [name, schemaOf(keyFields)]);
}

function schemaOf(keyFields) {
  if (keyFields === null || !keyFields.every(isPath)) return '';
  return keyFields.length === 1 ? keyFields[0] : `[${keyFields.join('+')}]`;
}
