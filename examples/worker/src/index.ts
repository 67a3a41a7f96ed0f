// A hub to deploy: one scope per user, and a bearer token per user from the environment variable
// TOKENS, {"token": "user"}.
import { type Identity, routes, SyncObject } from 'tidemark/worker';

interface Env {
  SYNC: DurableObjectNamespace<Sync>;
  TOKENS?: string;
}

export class Sync extends SyncObject<Env> {}

export default routes<Env>({
  object: 'SYNC',
  async auth(request, env): Promise<Identity | null> {
    const token = request.headers.get('Authorization')?.match(/^Bearer (.+)$/)?.[1];
    if (token === undefined) return null;
    const user = await userOf(token, JSON.parse(env.TOKENS ?? '{}'));
    return user === null ? null : { user, scopes: [user] };
  },
});

// Every token is compared, and by its digest: how long it takes tells nothing about any of them.
async function userOf(token: string, tokens: Record<string, string>): Promise<string | null> {
  const asked = await digest(token);
  let found: string | null = null;
  for (const [known, user] of Object.entries(tokens))
    if (crypto.subtle.timingSafeEqual(asked, await digest(known))) found = user;
  return found;
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}
