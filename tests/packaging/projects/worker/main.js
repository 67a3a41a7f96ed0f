import { routes, SyncObject } from 'tidemark/worker';

export class Sync extends SyncObject {}

function auth(request) {
  const user = /^Bearer (\w+)$/.exec(request.headers.get('Authorization') ?? '')?.[1];
  return user ? { user, scopes: [user] } : null;
}
export default routes({ object: 'SYNC', auth });
