// The gate: whether a caller's data belongs here, and whether its app is new enough, asked before
// anything else of a call.
import { TidemarkError } from '../errors.js';
import type { Context } from './context.js';

export interface Caller {
  hub?: string | undefined;
  schema?: number | undefined;
}

/** Throws `account_mismatch`. */
export function checkHub({ store }: Context, { hub }: Caller): void {
  if (hub !== undefined && hub !== store.head().hub) throw new TidemarkError('account_mismatch');
}

/** Throws `account_mismatch` or `schema_outdated`. */
export function checkCaller(context: Context, caller: Caller): void {
  checkHub(context, caller);
  const { schemaMin } = context.options;
  if ((caller.schema ?? 1) < schemaMin)
    throw new TidemarkError('schema_outdated', `the least schema is ${schemaMin}`);
}
