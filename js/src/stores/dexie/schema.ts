// How Tidemark's own object stores get into the app's Dexie database.
import type { Dexie, Transaction, Version } from 'dexie';
import { ownSchema } from '../indexeddb/schema.js';

/** Of a version that is declared, what is not in Dexie's types. */
interface DeclaredVersion extends Version {
  _cfg: { dbschema: Record<string, unknown> };
  _parseStoresSpec(stores: Record<string, unknown>, schema: unknown): void;
}

/**
 * Adds the stores to every version that `db` declares. Dexie 4 adds missing stores to an existing
 * database without a new version number, so an app only adds the addon. `before` runs in front of
 * each version's own upgrade; `stays` tells which stores that version has.
 */
export function addOwnStores(
  db: Dexie,
  before: (trans: Transaction, stays: (name: string) => boolean) => PromiseLike<unknown>,
): void {
  const version = (db as unknown as { Version: { prototype: DeclaredVersion } }).Version.prototype;
  const parse = version._parseStoresSpec;
  version._parseStoresSpec = function (this: DeclaredVersion, stores, schema) {
    parse.call(this, { ...stores, ...ownSchema }, schema);
    this.upgrade((trans) => before(trans, (name) => Object.hasOwn(this._cfg.dbschema, name)));
  };
}
