// Replies: JSON that no cache keeps, and errors as protocol.md words them. What went wrong inside
// is logged, not told.
import { type ErrorCode, TidemarkError } from '../errors.js';

const statuses: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  reset_required: 409,
  schema_outdated: 409,
  account_mismatch: 409,
  too_large: 413,
  protocol_unsupported: 426,
  rate_limited: 429,
  unavailable: 503,
};

export function reply(body: unknown): Response {
  return Response.json(body, { headers: { 'Cache-Control': 'no-store' } });
}

export function errorReply(cause: unknown): Response {
  const error = cause instanceof TidemarkError ? cause : new TidemarkError('internal');
  const status = statuses[error.code] ?? 500;
  if (status === 500) console.error(cause);
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  // A code without a status of its own is a fault in here, and the details of those stay in here.
  const told = status === 500 ? new TidemarkError('internal') : error;
  return Response.json({ error: told.toJSON() }, { status, headers });
}
