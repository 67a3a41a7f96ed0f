// A port to listen on: the wanted one, or the next that nobody has.
import { once } from 'node:events';
import { createServer } from 'node:net';

const triesMax = 100;

export async function freePort(wanted) {
  for (let port = wanted; port < Math.min(wanted + triesMax, 65_536); port++)
    if (await isFree(port)) return port;
  throw new Error(`no free port from ${wanted} on`);
}

async function isFree(port) {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
