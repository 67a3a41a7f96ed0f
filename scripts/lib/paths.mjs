// The places that every script agrees on.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A path inside the project. */
export const inRoot = (...parts) => path.join(root, ...parts);

/** What the set-up brings along and git ignores. Delete it and the next run fetches it again. */
export const tools = inRoot('.tools');
export const build = inRoot('build');
export const logs = inRoot('build/logs');
export const nodeModules = inRoot('node_modules');
