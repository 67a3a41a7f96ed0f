// The SQLite store on files, by node:sqlite: the store's contract, and what apps have in Node.
// usage: node tests.mjs tidemark.wasm FOLDER
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { loadJoin } from '../../js/src/core.js';
import { type ContractTest, runContract, storeContract } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';
import { openSqliteStore } from '../js/support/sqlite.js';
import { fileTests } from './files.js';

const [wasm = '', folder = ''] = process.argv.slice(2);
let files = 0;
const freshPath = () => path.join(folder, `${files++}.db`);

function openFile(): DatabaseSync {
  const db = new DatabaseSync(freshPath());
  db.exec('PRAGMA journal_mode = WAL');
  return db;
}

useWasm(readFile(pathToFileURL(wasm)));
const suites: Record<string, ContractTest[]> = {
  'contract on node:sqlite': storeContract(openSqliteStore(openFile), await loadJoin()),
  'files in Node': fileTests(freshPath),
};
let passed = 0;
let failed = 0;
for (const [suite, tests] of Object.entries(suites)) {
  const report = await runContract(tests);
  for (const { name, message } of report.failures)
    console.log(`FAILED ${suite}: ${name}\n${message}`);
  passed += report.passed;
  failed += report.failures.length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
