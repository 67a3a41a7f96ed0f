declare module 'cloudflare:test' {
  interface ProvidedEnv {
    SYNC: DurableObjectNamespace<import('./app.js').Sync>;
  }
}
