// The types, as strictly as a user may ask, and without skipLibCheck.
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/run.mjs';
import { installedProject } from '../consumer.mjs';

const resolutions = [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
];

export async function types(context) {
  const project = await installedProject('types', context, ['dexie', 'idb']);
  for (const [module, resolution] of resolutions) {
    const how = ['--module', module, '--moduleResolution', resolution];
    const tsc = inRoot('node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', project, ...how]);
  }
}
