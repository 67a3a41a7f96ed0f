// The losses call: a page of what lost, in the order in which it was recorded.
import type { LossesReply, LossesRequest } from '../wire.js';
import type { Context } from './context.js';
import { lossesMax, pageBytesMax } from './limits.js';

export function readLosses({ store }: Context, { after, limit }: LossesRequest): LossesReply {
  const most = Math.min(limit ?? lossesMax, lossesMax);
  const losses: LossesReply['losses'] = [];
  let bytes = 0;
  for (const loss of store.losses.after(after)) {
    if (losses.length >= most || bytes >= pageBytesMax) return { losses, more: true };
    losses.push(loss);
    bytes += JSON.stringify(loss.row).length;
  }
  return { losses, more: false };
}
