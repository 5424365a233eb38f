import { LIMITS, toSafeUrl } from '@stepledger/contract';

const MAX_CAUSES = 10;
/** The length of a scheme is limited, or the time would grow with the square of a long text. */
const URLS = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"`<>]+/gi;
/** From the first quote to the last: `"Bearer sk-...\n" is an invalid header value` quotes what is secret. */
const QUOTED = /(["'`]).*\1/s;

/**
 * What an error says, with its causes, in a form that may be stored: headers and the secret parts of URLs are left out.
 *
 * At most LIMITS.maxErrorLength.
 */
export function toFailureText(error: unknown): string {
  const texts = [withoutSecrets(describe(error))];
  for (let cause = causeOf(error); cause !== undefined && texts.length < MAX_CAUSES; cause = causeOf(cause)) {
    texts.push(withoutSecrets(describe(cause)));
  }
  return texts.join(': ').slice(0, LIMITS.maxErrorLength);
}

function describe(error: unknown): string {
  // What is thrown need not be an error, nor have a text.
  if (!(error instanceof Error))
    return typeof error === 'object' ? 'An object that is no Error' : String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const text = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  return code === '' || text.includes(code) ? text : `${text} (${code})`;
}

/** fetch hides the reason in `cause`; where several addresses were tried, in `errors` of that. */
function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error instanceof Error ? (error.cause ?? undefined) : undefined;
}

function withoutSecrets(text: string): string {
  const named = text.replace(URLS, (url) => (URL.canParse(url) ? toSafeUrl(new URL(url)) : '(url)'));
  return /header/i.test(named) ? named.replace(QUOTED, '(left out)') : named;
}
