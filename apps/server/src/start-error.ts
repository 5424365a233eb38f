/** Why the server did not start, for the person who starts it: `message` says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type StartErrorCode =
  | 'BAD_ENV'
  | 'KEY_NEEDED'
  | 'PORT_TAKEN'
  | 'CANNOT_LISTEN'
  | 'DATABASE'
  | 'NO_WEB';
