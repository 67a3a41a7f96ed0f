// The two imports that only one host has, so that the package builds without the types of either.
declare module 'node:fs/promises' {
  export function readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
}
declare module '*/tidemark.wasm' {
  const compiled: WebAssembly.Module;
  export default compiled;
}
