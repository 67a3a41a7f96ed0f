// Builds the simulator (tests/sim) and runs it.
// usage: npm run sim -- --seeds N [--from S]   N histories; the last line sums up
//        npm run sim -- --seed N               one history, told step by step
//        npm run sim -- --seed N --minimise    the shortest history that fails as seed N does
//        npm run sim -- --mutants [--seeds N]  puts each hazard back until a history notices
//        npm run sim -- --mutant NAME --seed N a history with one of them
//        node scripts/sim.mjs --suite          what `npm test` runs of it
import { spawn } from 'node:child_process';
import { inRoot } from './lib/paths.mjs';
import { attempt, main, run, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

const native = inRoot('build/sim/tests/sim/tidemark_sim');
const wasm = inRoot('build/sim-wasm/tests/sim/tidemark_sim.cjs');

/** Histories of a run of `npm test`, and of those whose traces are compared with WebAssembly's. */
const suiteSeeds = 3_000;
const comparedSeeds = 150;
/** Of a run that names no number. */
const seedsDefault = 10_000;

async function build(preset) {
  await run('cmake', ['--preset', preset]);
  await run('cmake', ['--build', '--preset', preset]);
}

/** Runs the program with its output where ours is; resolves to its exit code. */
const show = (command, args) =>
  new Promise((resolve) => {
    spawn(command, args, { stdio: 'inherit' }).on('close', (code) => resolve(code ?? 1));
  });

const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';
const hashOf = (output) => /^hash=(\w+)$/m.exec(output)?.[1] ?? null;

async function traces(command, ...args) {
  const seeds = ['--seeds', `${comparedSeeds}`, '--hashes'];
  const { output } = await attempt(command, [...args, ...seeds]);
  return hashOf(output);
}

/** Each check is a test: histories pass, traces agree, every hazard is noticed when put back. */
async function suite() {
  const checks = {
    [`${suiteSeeds} histories`]: async () => {
      const { code, output } = await attempt(native, ['--seeds', `${suiteSeeds}`]);
      console.log(output.trim());
      return code === 0 && lastLine(output).endsWith(' failed=0');
    },
    'native and WebAssembly tell the same histories': async () => {
      const [here, there] = [await traces(native), await traces(process.execPath, wasm)];
      return here !== null && here === there;
    },
    'every hazard that is put back is noticed': async () => {
      const { code, output } = await attempt(native, ['--mutants']);
      console.log(output.trim());
      return code === 0 && lastLine(output).endsWith(' survived=0');
    },
    'every hazard names what catches it': async () => {
      const { code, output } = await attempt(process.execPath, [inRoot('tests/sim/hazards.mjs')]);
      console.log(output.trim());
      return code === 0;
    },
  };
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const ok = await check();
    if (!ok) failed++;
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}`);
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  return failed === 0;
}

await main(async () => {
  const args = process.argv.slice(2);
  const isSuite = args.includes('--suite');
  await setup({ need: isSuite ? ['native', 'wasm'] : ['native'] });
  await step('simulator', () => build('sim'));
  if (isSuite) {
    await step('simulator as WebAssembly', () => build('sim-wasm'));
    return (await suite()) ? 0 : 1;
  }
  return show(native, args.length === 0 ? ['--seeds', `${seedsDefault}`] : args);
});
