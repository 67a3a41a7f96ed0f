// Rows by where they run: in Node, or in Chromium.
import { runInChromium } from './chromium.mjs';
import { runInNode } from './node.mjs';

/** Runs those of `targets` that are named: `inNode` says which are Node's. */
export async function runOn(targets, inNode, names) {
  const isNode = (name) => inNode.includes(name);
  const results = await runInNode(targets, names.filter(isNode));
  const others = names.filter((name) => !isNode(name));
  return [...results, ...(await runInChromium(targets, others))];
}
