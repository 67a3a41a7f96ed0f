// The package entry `tidemark/worker`: a hub in a Cloudflare Worker.
export type { ErrorBody, ErrorCode } from './errors.js';
export type { Auth, Identity } from './worker/authorize.js';
export { type RoutesOptions, routes } from './worker/routes.js';
export { SyncObject } from './worker/sync-object.js';
