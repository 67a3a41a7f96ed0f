// Turns: every push of a node names a random turn, and those before it of which one was the last
// that came through. So a copy of a running engine, which stamps under the same node, is found out:
// its pushes go on from another turn.
import type { PullRequest, PushRequest } from '../wire.js';
import type { Nodes } from './hub-store.js';

/** Whether `request` goes on from the node's last push, or is that request delivered twice. */
export function isContinued(nodes: Nodes, { node, turn, after = [] }: PushRequest): boolean {
  const last = nodes.lastTurn(node);
  return last === null || turn === last || after.includes(last);
}

export function noteTurn(nodes: Nodes, { node, turn }: PushRequest, now: number): void {
  if (turn !== undefined) nodes.setTurn(node, turn, now);
}

/** The node whose writes the reader made itself; null: it may be that a copy of it made them. */
export function ownNode(nodes: Nodes, { node, turn }: PullRequest): string | null {
  if (node === undefined) return null;
  return nodes.lastTurn(node) === (turn ?? null) ? node : null;
}
