// Reads a user's file for an import; what is wrong with it becomes `FILE:LINE: reason`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { failure } from '../run.mjs';
import { ImportError } from './import-error.mjs';
import { readImport } from './read-import.mjs';

/**
 * The tables in `file`, a path from where the user is. Says on stderr which numbers are not what
 * JSON.parse makes of them.
 */
export async function readImportFile(file, key) {
  // npm runs its scripts in the project's folder, and keeps the user's here.
  const place = path.resolve(process.env.INIT_CWD ?? '', file);
  const bytes = await readFile(place).catch((error) => {
    throw failure(`${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  try {
    const { tables, notes } = readImport(bytes, { file, key });
    for (const { line, text } of notes) console.error(`${file}:${line}: note: ${text}`);
    return tables;
  } catch (error) {
    if (error instanceof ImportError) throw failure(`${file}:${error.line}: ${error.message}`);
    throw error;
  }
}
