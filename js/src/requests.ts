// The requests of an exchange: what each tells the hub of this device, and what it asks for.
import type { SendOutput } from './engine.js';
import type { Exchange } from './exchange.js';
import type { CallOptions, Transport } from './transports/transport.js';
import type { FullRequest, PullRequest } from './wire.js';

/** Who asks. */
export interface Asker {
  device: string;
  node: string;
  schema: number;
  tables: string[];
}

/** Sends one call and gives its reply to `exchange`; resolves with the hub's time. */
export async function callHub(
  transport: Transport,
  exchange: Exchange,
  step: SendOutput,
  { device, node, schema, tables }: Asker,
  signal: AbortSignal,
): Promise<number> {
  const { limit, whole, turn } = step;
  const { cursor, batch, rereads, traffic } = exchange;
  const options: CallOptions = { refreshToken: step.refreshToken, signal, traffic };
  const asker = { schema, ...(exchange.hub !== null && { hub: exchange.hub }) };
  if (step.call === 'pull') {
    const request: PullRequest = { cursor, limit, tables, ...asker };
    if (exchange.known !== null) request.known = exchange.known;
    if (!whole) request.node = node;
    if (!whole && step.answered !== undefined) request.turn = step.answered;
    const pull = await transport.pull(request, options);
    exchange.receive(null, pull);
    return pull.serverTime;
  }
  const { changes } = batch;
  const pull: FullRequest['pull'] = { limit, tables };
  if (whole) pull.own = true;
  if (exchange.known !== null) pull.known = exchange.known;
  const request: FullRequest = { device, node, ...asker, cursor, changes, pull };
  if (turn !== undefined) request.turn = turn;
  if (turn !== undefined && step.after.length > 0) request.after = step.after;
  if (rereads.length > 0) request.records = [...rereads];
  const reply = await transport.full(request, options);
  exchange.receive(reply.push, reply.pull, reply.records);
  return reply.serverTime;
}
