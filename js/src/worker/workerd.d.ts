// What shared files use of the platform, and the types of Workers leave out because a Worker may
// not do it.
declare namespace WebAssembly {
  function compile(bytes: BufferSource): Promise<WebAssembly.Module>;
}
