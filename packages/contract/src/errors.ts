/** A bad field: where it stands in the input and why it was refused. */
export interface FieldIssue {
  /** For example `documents[3].metadata.tags`; empty for the input itself. */
  path: string;
  reason: string;
}

/** A document that a write was based on, at the version that the caller saw and at the one that is the head now. */
export interface MovedInput {
  documentId: string;
  kind: string;
  key: string;
  /** The version that the caller read: the base of a merge. */
  basedOn: number;
  /** The head now: theirs. */
  actual: number;
  /** Whether that head says that the document is gone. */
  deleted: boolean;
}

/** What each code carries, so that a caller can act without reading the message. */
export interface ErrorDetails {
  /** The input was refused before anything was stored. */
  BAD_INPUT: { issues: FieldIssue[] };
  NOT_FOUND: { type: string; id: string };
  /** Made before; a deleted document is named by `deletedVersion` and can be brought back by `undelete`. */
  ALREADY_EXISTS: { type: string; id: string; deletedVersion?: number };
  /** Somebody else saved first: read again, merge, retry. `actual` is the head now. */
  VERSION_CONFLICT: { type: string; id: string; expected: number; actual: number };
  /** Documents that the write was based on have moved; all of them are named. Read, merge, write again. */
  INPUTS_MOVED: { inputs: MovedInput[] };
  /** The claim was released, or another took it over once its lease had run out; `holder` has it now, if anybody. */
  CLAIM_LOST: { documentId: string; claim: number; holder: string | null };
  /** Documents would depend on themselves: each of the path on the next, the last is the first once more. */
  CYCLE: { path: { documentId: string; kind: string; key: string }[] };
  /** The same idempotency key came with another procedure or input. */
  IDEMPOTENCY_CONFLICT: { idempotencyKey: string; procedure: string };
  /** The run's workflow does not have this step. */
  UNKNOWN_STEP: { step: string; workflow: string; allowed: string[] };
  /** The thing is not in a state that allows the call. */
  INVALID_STATE: { type: string; id: string; status: string; allowed: string[] };
  DELETED: { type: string; id: string; version: number };
  /** The text was purged for good, also from the past. */
  PURGED: { type: string; id: string; version: number };
  /** The prompt has a syntax that is stored but cannot be rendered here. */
  UNSUPPORTED_SYNTAX: { syntax: string; supported: string[] };
  UNAUTHENTICATED: { reason: string };
  FORBIDDEN: { needed: string; has: string };
  /** The request is larger than the server takes. */
  TOO_LARGE: { limitBytes: number };
  /** The server cannot do it now; a retry with the same idempotency key is safe. */
  UNAVAILABLE: { reason: string };
  /** A fault of ours. The server's log holds the cause under the request id. */
  INTERNAL: { requestId: string };
}

export type ErrorCode = keyof ErrorDetails;

/** Every failure that a caller can act on, with the tRPC code under which it travels. */
export const ERRORS = {
  BAD_INPUT: 'BAD_REQUEST',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'CONFLICT',
  VERSION_CONFLICT: 'CONFLICT',
  INPUTS_MOVED: 'CONFLICT',
  CLAIM_LOST: 'CONFLICT',
  CYCLE: 'CONFLICT',
  IDEMPOTENCY_CONFLICT: 'CONFLICT',
  UNKNOWN_STEP: 'BAD_REQUEST',
  INVALID_STATE: 'CONFLICT',
  DELETED: 'NOT_FOUND',
  PURGED: 'NOT_FOUND',
  UNSUPPORTED_SYNTAX: 'BAD_REQUEST',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorCode, string>;

const SENTENCES: { [C in ErrorCode]: (details: ErrorDetails[C]) => string } = {
  BAD_INPUT: ({ issues }) =>
    `Bad input: ${issues.map(({ path, reason }) => (path ? `${path} ${reason}` : reason)).join('; ')}`,
  NOT_FOUND: ({ type, id }) => `There is no ${type} ${id}`,
  ALREADY_EXISTS: ({ type, id, deletedVersion }) =>
    deletedVersion === undefined
      ? `The ${type} ${id} exists already`
      : `The ${type} ${id} was deleted in version ${deletedVersion}; undelete brings it back`,
  VERSION_CONFLICT: ({ type, id, expected, actual }) =>
    `The ${type} ${id} is at version ${actual}, not ${expected}; read it again before you save`,
  INPUTS_MOVED: ({ inputs }) => {
    const [first, ...others] = inputs.map(
      ({ kind, key, basedOn, actual }) => `${kind}/${key} from version ${basedOn} to ${actual}`,
    );
    return `What this is based on has moved: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  },
  CLAIM_LOST: ({ documentId, claim, holder }) =>
    `The claim ${claim} on document ${documentId} is lost; ${holder === null ? 'nobody' : holder} holds it now`,
  CYCLE: ({ path }) =>
    `Documents would depend on themselves: ${path.map(({ kind, key }) => `${kind}/${key}`).join(' -> ')}`,
  IDEMPOTENCY_CONFLICT: ({ procedure }) => `This idempotency key was used by ${procedure} with another input`,
  UNKNOWN_STEP: ({ step, workflow, allowed }) =>
    `The workflow ${workflow} has no step ${step}; it has ${allowed.join(', ')}`,
  INVALID_STATE: ({ type, id, status, allowed }) =>
    `The ${type} ${id} is ${status}; this needs ${allowed.join(' or ')}`,
  DELETED: ({ type, id, version }) => `The ${type} ${id} was deleted in version ${version}`,
  PURGED: ({ type, id, version }) => `The text of ${type} ${id}, version ${version}, was purged`,
  UNSUPPORTED_SYNTAX: ({ syntax, supported }) =>
    `Templates in ${syntax} are stored but not rendered here; rendered are ${supported.join(', ')}`,
  UNAUTHENTICATED: ({ reason }) => reason,
  FORBIDDEN: ({ needed, has }) => `This needs ${needed} access; the key has ${has}`,
  TOO_LARGE: ({ limitBytes }) => `The request is larger than ${limitBytes} bytes`,
  UNAVAILABLE: ({ reason }) => reason,
  INTERNAL: ({ requestId }) => `The server failed; its log names the cause under request ${requestId}`,
};

export function errorMessage<C extends ErrorCode>(code: C, details: ErrorDetails[C]): string {
  return SENTENCES[code](details);
}

/** The one exception that stores and services throw for what a caller can act on. */
export class LedgerError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LedgerError';
  readonly code: C;
  readonly details: ErrorDetails[C];

  constructor(code: C, details: ErrorDetails[C]) {
    super(errorMessage(code, details));
    this.code = code;
    this.details = details;
  }
}

/** What an error looks like on the wire, under `data.ledger` of a tRPC error and as the body of a raw one. */
export interface WireError {
  code: ErrorCode;
  message: string;
  details: ErrorDetails[ErrorCode];
  requestId: string;
}
