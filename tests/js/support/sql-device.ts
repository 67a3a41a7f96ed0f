// A device whose database is SQLite: real store, real engine, client, and a network to a model hub.
// Everything but the clock that triggers read is in virtual time.
import type { Database } from '@sqlite.org/sqlite-wasm';
import { onTestFinished } from 'vitest';
import { SyncClient } from '../../../js/src/client.js';
import { databaseOf } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { MergeMode } from '../../../js/src/stores/store.js';
import { realEngine } from './core.js';
import { settle } from './device.js';
import { FakeNetwork } from './fake-network.js';
import type { ModelHub } from './model-hub.js';
import { openMemory } from './sqlite-app.js';

let seed = 1;

function random32(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
}

export class SqlDevice {
  private constructor(
    readonly handle: Database,
    readonly store: SqliteStore,
    readonly network: FakeNetwork,
    readonly client: SyncClient,
  ) {}

  static async open(hub: ModelHub, schema: string, tables: readonly string[]): Promise<SqlDevice> {
    const handle = openMemory();
    handle.exec(schema);
    return SqlDevice.over(handle, hub, tables);
  }

  /** Another program that syncs a database. */
  static async over(
    handle: Database,
    hub: ModelHub,
    tables: readonly string[],
  ): Promise<SqlDevice> {
    const network = new FakeNetwork(hub);
    const engine = await realEngine({ now: () => Date.now(), random32 });
    const modes = new Map(tables.map((name): [string, MergeMode] => [name, 'field']));
    const store = SqliteStore.open(databaseOf(handle), { tables: modes, clock: engine });
    const name = crypto.randomUUID();
    const client = await SyncClient.start({ store, engine, transport: network, name });
    onTestFinished(async () => {
      await client.close();
      handle.close();
    });
    return new SqlDevice(handle, store, network, client);
  }

  /** Runs SQL of the app; false: a constraint of the app refused it. */
  run(sql: string): boolean {
    try {
      this.handle.exec(sql);
      return true;
    } catch (error) {
      if (/constraint/i.test(`${error}`)) return false;
      throw error;
    }
  }

  async sync(): Promise<void> {
    await settle(this.client.flush());
  }

  /** All rows of these tables, as text. */
  dump(tables: readonly string[]): string {
    const rowsOf = (table: string) =>
      this.handle.selectArrays(`SELECT * FROM "${table}" ORDER BY 1`).map((row) => row.join('|'));
    return tables.map((table) => [table, ...rowsOf(table)].join('\n')).join('\n');
  }
}
