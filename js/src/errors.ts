// TidemarkError: the one error type of the package, with the codes of errors.def.
import { type ErrorCode, errorCodes } from './generated/error-codes.js';

export type { ErrorCode } from './generated/error-codes.js';

/** The JSON form, as on the wire and in a status. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  /** Whether the same may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  /** What the reader can do about it; may be empty. */
  readonly hint: string;
}

export class TidemarkError extends Error implements ErrorBody {
  override readonly name = 'TidemarkError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
  /** How long the endpoint asked to wait before the next try, in milliseconds. */
  retryAfterMs = 0;

  /** `detail` says what exactly: it follows the code's own sentence. */
  constructor(code: ErrorCode, detail = '', options?: ErrorOptions) {
    const known = errorCodes[code];
    super(detail === '' ? known.message : `${known.message}: ${detail}`, options);
    this.code = code;
    this.retryable = known.retryable;
    this.hint = known.hint;
  }

  /** The error whose JSON form `body` is. */
  static of({ code, message }: ErrorBody): TidemarkError {
    const sentence = `${errorCodes[code].message}: `;
    const detail = message.startsWith(sentence) ? message.slice(sentence.length) : '';
    return new TidemarkError(code, detail);
  }

  toJSON(): ErrorBody {
    return { code: this.code, message: this.message, retryable: this.retryable, hint: this.hint };
  }
}

/** `value` if it is a TidemarkError, else one of `code` that has it as its cause. */
export function asTidemarkError(value: unknown, code: ErrorCode): TidemarkError {
  if (value instanceof TidemarkError) return value;
  const detail = value instanceof Error ? value.message : String(value);
  return new TidemarkError(code, detail, { cause: value });
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

export function errorMessage(code: ErrorCode): string {
  return errorCodes[code].message;
}
