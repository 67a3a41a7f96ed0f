// The SQLite store on files, by node:sqlite and by better-sqlite3: the store's contract, apps'
// schemas, and what apps have in Node.
// usage: node tests.mjs tidemark.wasm FOLDER [LIBRARY FILE URL]: a program that syncs the file
// until its input ends.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadJoin } from '../../js/src/core.js';
import { type ContractTest, runContract, storeContract } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';
import { appTests } from '../js/support/app-schemas.js';
import { openSqliteStore } from '../js/support/sqlite.js';
import { fileTests } from './files.js';
import { handleTests, syncFile } from './handles.js';
import { libraries, type Open } from './libraries.js';

const [wasm = '', folder = '', ...program] = process.argv.slice(2);
let files = 0;
const freshPath = () => path.join(folder, `${files++}.db`);

useWasm(readFile(pathToFileURL(wasm)));
const join = await loadJoin();
const suites: Record<string, ContractTest[]> = {};
for (const [name, open] of Object.entries(libraries)) {
  const openFile = () => {
    const db = open(freshPath());
    db.exec('PRAGMA journal_mode = WAL');
    return db;
  };
  suites[`contract on ${name}`] = storeContract(openSqliteStore(openFile), join);
  suites[`schemas on ${name}`] = appTests(() => open(freshPath()));
  suites[`files by ${name}`] = fileTests(freshPath, open);
  const another = (path: string, url: string) => [
    ...[process.execPath, ...process.execArgv, process.argv[1] as string],
    ...[wasm, folder, name, path, url],
  ];
  suites[`handles of ${name}`] = handleTests(freshPath, open, another);
}

async function runProgram(library: string, file: string, url: string): Promise<never> {
  const handle = (libraries[library] as Open)(file);
  const sync = await syncFile(handle, url, 'child', 100);
  for await (const _ of process.stdin);
  await sync.close();
  process.exit(0);
}

const [library, file = '', url = ''] = program;
if (library !== undefined) await runProgram(library, file, url);
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
// What failed may have left something open.
process.exit(failed === 0 ? 0 : 1);
