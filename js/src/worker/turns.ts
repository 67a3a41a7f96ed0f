// Turns: every push of a node names a random turn and the one before, so that a copy of a running
// engine, which stamps under the same node, is found out: its pushes go on from another turn.
import type { PullRequest, PushRequest } from '../wire.js';
import type { Nodes } from './hub-store.js';

/** Whether `request` goes on from the node's last push, or is that push again. */
export function isContinued(nodes: Nodes, { node, turn, after }: PushRequest): boolean {
  const last = nodes.lastTurn(node);
  if (last === null) return true;
  if (turn === undefined) return false;
  return after === last.turn || (turn === last.turn && (after ?? null) === last.after);
}

export function noteTurn(nodes: Nodes, { node, turn, after }: PushRequest, now: number): void {
  if (turn !== undefined) nodes.setTurn(node, { turn, after: after ?? null }, now);
}

/** The node whose writes the reader made itself; null: it may be that a copy of it made them. */
export function ownNode(nodes: Nodes, { node, turn }: PullRequest): string | null {
  if (node === undefined) return null;
  return nodes.lastTurn(node)?.turn === turn ? node : null;
}
