// The Worker under test: what an app's own looks like, with a token that says who may do what.
import { routes, SyncObject } from '../../js/src/worker.js';

export class Sync extends SyncObject {}

export default routes<{ SYNC: DurableObjectNamespace<Sync> }>({
  object: 'SYNC',
  auth: (request) => {
    const token = request.headers.get('Authorization')?.replace(/^Bearer /, '');
    if (!token) return null;
    if (token === 'throws') throw new Error('the secret of the database is 1234');
    return { user: token, scopes: token.split('+') };
  },
  cors: ['https://app.example'],
});
