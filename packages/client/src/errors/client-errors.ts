import { type ErrorCode, errorMessage, type FieldIssue } from '@stepledger/contract';
import { StepledgerError, type StepledgerErrorDetails } from './stepledger-error.ts';

/** No answer came: says why, as far as the platform tells, and what to check. */
export function unreachable(url: string, cause: unknown): StepledgerError<'UNREACHABLE'> {
  const { code, message } = rootCause(cause);
  const { hint, retryable } = diagnose(code);
  const reason = code && !message.includes(code) ? `${message} (${code})` : message;
  return new StepledgerError(
    {
      code: 'UNREACHABLE',
      details: { url, reason, hint, retryable },
      message: `No answer from ${url}: ${reason}. ${hint}`,
    },
    { cause },
  );
}

export function unexpectedAnswer(
  answer: { url: string; status: number },
  hint: string,
  cause?: unknown,
): StepledgerError<'UNEXPECTED_ANSWER'> {
  return new StepledgerError(
    {
      code: 'UNEXPECTED_ANSWER',
      details: { ...answer, hint },
      message: `${answer.url} answered ${answer.status}, and not as a Stepledger server does. ${hint}`,
    },
    { cause },
  );
}

export function unavailable(url: string, status: number): StepledgerError<'UNAVAILABLE'> {
  const reason = `${url} answered ${status}: the server, or a proxy before it, cannot do it now`;
  return ledgerError('UNAVAILABLE', { reason });
}

export function timedOut(timeoutMs: number, lastFailure: unknown): StepledgerError<'TIMEOUT'> {
  const last = lastFailure instanceof Error ? lastFailure.message : null;
  return new StepledgerError(
    {
      code: 'TIMEOUT',
      details: { timeoutMs, lastFailure: last },
      message: `No result within ${timeoutMs} ms${last === null ? '' : `; the last try failed: ${last}`}`,
    },
    { cause: lastFailure },
  );
}

export function aborted(signalReason: unknown): StepledgerError<'ABORTED'> {
  const reason = signalReason instanceof Error ? signalReason.message : String(signalReason);
  return new StepledgerError(
    { code: 'ABORTED', details: { reason }, message: `The call was aborted: ${reason}` },
    { cause: signalReason },
  );
}

export function invalidConfig(issues: FieldIssue[]): StepledgerError<'INVALID_CONFIG'> {
  const list = issues.map(({ path, reason }) => `${path} ${reason}`).join('; ');
  return new StepledgerError({
    code: 'INVALID_CONFIG',
    details: { issues },
    message: `These options are wrong: ${list}`,
  });
}

/** An error out of the contract's table that is found on this side of the wire. */
export function ledgerError<C extends ErrorCode>(
  code: C,
  details: StepledgerErrorDetails[C],
  cause?: unknown,
): StepledgerError<C> {
  return new StepledgerError<C>({ code, details, message: errorMessage(code, details) }, { cause });
}

export function textNotLoaded(documentId: string, version: number): StepledgerError<'TEXT_NOT_LOADED'> {
  return new StepledgerError({
    code: 'TEXT_NOT_LOADED',
    details: { documentId, version },
    message: `The text of document ${documentId}, version ${version}, is not loaded; reload() reads it`,
  });
}

export function notStored(
  details: StepledgerErrorDetails['NOT_STORED'],
  cause?: unknown,
): StepledgerError<'NOT_STORED'> {
  const { inFlight, spooled, failures } = details;
  const parts = [
    ...(inFlight.length > 0 ? [`${inFlight.length} exchanges are still open`] : []),
    ...(spooled > 0 ? [`${spooled} calls wait in the spool for the server`] : []),
    ...failures.slice(0, 3).map(({ path, reason }) => `${path} was refused: ${reason}`),
  ];
  return new StepledgerError(
    { code: 'NOT_STORED', details, message: `Not everything is stored: ${parts.join('; ')}` },
    { cause },
  );
}

export function parseFailed(
  details: StepledgerErrorDetails['PARSE_FAILED'],
  cause: unknown,
): StepledgerError<'PARSE_FAILED'> {
  const { attempts, reason } = details;
  const answers =
    attempts === 1 ? 'The answer could not be read' : `None of ${attempts} answers could be read`;
  return new StepledgerError(
    {
      code: 'PARSE_FAILED',
      details,
      message: `${answers}; what came back is stored. The parser said: ${reason}`,
    },
    { cause },
  );
}

export function spoolFull(details: StepledgerErrorDetails['SPOOL_FULL']): StepledgerError<'SPOOL_FULL'> {
  const { limitBytes, directory } = details;
  return new StepledgerError({
    code: 'SPOOL_FULL',
    details,
    message: `The spool in ${directory} would take more than its ${limitBytes} bytes: it holds calls that wait for the server, and those that the server refused (rejected-*.jsonl)`,
  });
}

interface RootCause {
  code: string | null;
  message: string;
}

/** fetch hides the reason in `cause`; where several addresses were tried, in `errors` of that. */
function rootCause(error: unknown): RootCause {
  let found: RootCause = { code: null, message: String(error) };
  for (let current = error; current instanceof Error; ) {
    const code: unknown = 'code' in current ? current.code : undefined;
    found = {
      code: typeof code === 'string' ? code : found.code,
      message: current.message || found.message,
    };
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return found;
}

/** OpenSSL's and Node's names for a certificate that is not trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH|ERR_TLS/;
/** What a TLS client says when the other side speaks something else. */
const NOT_TLS = /^ERR_SSL|EPROTO/;

function diagnose(code: string | null): { hint: string; retryable: boolean } {
  if (code === 'ECONNREFUSED') {
    return { hint: 'Is the server running, and are host and port of the url right?', retryable: true };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { hint: 'Is the host name of the url right?', retryable: true };
  }
  if (code !== null && CERTIFICATE.test(code)) {
    return { hint: "The server's certificate is not trusted here.", retryable: false };
  }
  if (code !== null && NOT_TLS.test(code)) {
    return { hint: 'Does the server speak http, and the url say https?', retryable: false };
  }
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') {
    return {
      hint: 'The connection broke. If it always does: does the server speak https, and the url say http?',
      retryable: true,
    };
  }
  return {
    hint: 'Check the url and the network; in a browser, also whether the server allows this origin.',
    retryable: true,
  };
}
