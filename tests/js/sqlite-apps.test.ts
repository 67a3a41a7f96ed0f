// Devices whose apps have the schemas of support/app-schemas.ts, over the official sqlite-wasm.
import { beforeEach, describe, it, vi } from 'vitest';
import { appTests } from './support/app-schemas.js';
import { openMemory } from './support/sqlite-app.js';

// sqlite-wasm names each refused statement.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));

describe('two devices of an app with', () => {
  for (const { name, run } of appTests(openMemory)) it(name, run);
});
