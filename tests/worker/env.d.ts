declare module 'cloudflare:test' {
  interface ProvidedEnv {
    SYNC: DurableObjectNamespace<import('./app.js').Sync>;
  }
}

declare const process: {
  listeners(event: string): (() => void)[];
  removeAllListeners(event: string): void;
  on(event: string, listener: () => void): void;
};
