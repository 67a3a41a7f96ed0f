// The losses of a memory store that the app asks for: those that are kept, and what it dropped.
import type { Loss } from '../wire.js';
import { dropped, isSameLoss, lossesMax, lossesSince } from './losses.js';
import type { Contents } from './memory-commit.js';

export function lossesIn({ losses }: Contents, isDropped: boolean): Loss[] {
  const since = lossesSince();
  const found = losses.filter((each) => each.at >= since && (each.dropped ?? false) === isDropped);
  return structuredClone(found).map(({ dropped: _, ...loss }) => loss);
}

export function dropLoss(next: Contents, loss: Loss): void {
  const others = next.losses.filter((each) => !isSameLoss(each, loss));
  next.losses = [...others, dropped(loss)].slice(-lossesMax);
}
