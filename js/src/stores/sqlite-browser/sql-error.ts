// SqlError: what SQLite itself says of a statement, with its result code.

export class SqlError extends Error {
  override readonly name = 'SqlError';

  /** `resultCode`: SQLite's extended one; its lowest eight bits are the primary one. */
  constructor(
    message: string,
    readonly resultCode: number,
  ) {
    super(message);
  }
}
