// What the compiler's glue exports, as far as wasm.ts relies on it. `#core` in package.json names
// the file itself.
export default function createModule(options?: Record<string, unknown>): Promise<unknown>;
