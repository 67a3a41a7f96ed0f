// Authorisation: the app says who calls and what scopes are theirs; this says which of them a call
// is about.
import { TidemarkError } from '../errors.js';
import { withBearer } from './live.js';

export interface Identity {
  user: string;
  /** The scopes the caller may use; the first one is theirs when a call names none. */
  scopes: readonly string[];
}

/**
 * A bearer token is always in `request`'s Authorization header, for WebSockets too. The body is not
 * there to be read.
 */
export type Auth<Env> = (request: Request, env: Env) => Identity | null | Promise<Identity | null>;

/** The scope of a call; throws `unauthorized` or `forbidden`. */
export async function authorize<Env>(request: Request, env: Env, auth: Auth<Env>): Promise<string> {
  const { method, url } = request;
  const headers = withBearer(request.headers);
  const identity = await auth(new Request(url, { method, headers }), env);
  if (identity === null) throw new TidemarkError('unauthorized');
  const { scopes } = identity;
  const scope = namedScope(request) ?? scopes[0];
  if (scope === undefined || !scopes.includes(scope)) throw new TidemarkError('forbidden');
  return scope;
}

// A browser cannot set a header on a WebSocket.
function namedScope({ url, headers }: Request): string | null {
  const named = headers.get('Tidemark-Scope');
  if (named !== null || headers.get('Upgrade') === null) return named;
  return new URL(url).searchParams.get('scope');
}
