// The pages of the public headers, by Doxygen: build/docs/html. Fails on what it warns of, and on a
// public type that no comment explains.
// usage: npm run docs
import { readFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { attempt, main } from './lib/run.mjs';
import { setup } from './setup.mjs';

const doxyfile = 'sdk/docs/Doxyfile';
/** The bodies of the protocol, which sdk/docs/protocol.md explains. */
const explainedElsewhere = 'sdk/include/tidemark/wire.h';

async function pages() {
  const { code, output } = await attempt('doxygen', [doxyfile]);
  process.stdout.write(output);
  return code === 0;
}

/** Doxygen tells of what is undocumented only where that is left out of the pages. */
async function typesAreExplained() {
  const settings = 'EXTRACT_ALL = NO\nGENERATE_HTML = NO\nWARN_AS_ERROR = NO\n';
  const text = `${readFileSync(inRoot(doxyfile), 'utf8')}\n${settings}`;
  const { code, output } = await attempt('sh', ['-c', 'printf %s "$0" | doxygen -', text]);
  const all = output.split('\n').filter((line) => line.includes('is not documented'));
  const types = all.filter(
    (line) => /Compound|\((enumeration|typedef)\)/.test(line) && !line.includes(explainedElsewhere),
  );
  for (const line of types) console.log(line);
  // With every comment understood there still are members that need none.
  return code === 0 && all.length > 0 && types.length === 0;
}

await main(async () => {
  await setup({ need: ['docs'] });
  const results = [await pages(), await typesAreExplained()];
  const failed = results.filter((ok) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
