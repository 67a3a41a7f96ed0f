// A hub in a process of its own. usage: node hub-process.mjs SIZE… ; its first line is its address,
// and it ends with its standard input.
import { createServer } from 'node:http';
import { handlersOf } from './hub.mjs';

const handlers = handlersOf(process.argv.slice(2).map(Number));
const server = createServer((request, response) => {
  const handler = handlers[new URL(request.url, 'http://localhost').pathname];
  if (handler) handler(request, response);
  else response.writeHead(404).end();
});
// A connection that it closes between two runs may be taken for the next request.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit());
