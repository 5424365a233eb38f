import { LIMITS } from './limits.ts';

/** Parts of a parameter's name, in small letters and without punctuation, that it may hold a secret by. */
const SECRET_WORDS = [
  'key',
  'token',
  'sig',
  'secret',
  'pass',
  'pwd',
  'auth',
  'code',
  'credential',
  'session',
  'cookie',
  'jwt',
  'bearer',
  'hmac',
  'otp',
];
const SECRET_PREFIXES = ['xamz', 'xgoog', 'xms'];
/** What is longer may be a key under any name, or a key without a name; no parameter of an LLM's API needs more. */
const MAX_PART_LENGTH = 32;

/**
 * A URL as it may be stored: without user, password, fragment and every parameter that may be a secret.
 *
 * At most LIMITS.maxUrlLength; a longer one loses its query, then its end. Of a URL that is not http only the scheme
 * is left. What is not removed stays as it is written.
 */
export function toSafeUrl(url: URL): string {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return url.protocol;
  const safe = new URL(url);
  safe.username = '';
  safe.password = '';
  safe.hash = '';
  const { searchParams } = safe;
  const secret = [...searchParams].filter(([name, value]) => mayBeSecret(name, value));
  for (const [name] of secret) searchParams.delete(name);
  if (safe.href.length > LIMITS.maxUrlLength) safe.search = '';
  return safe.href.slice(0, LIMITS.maxUrlLength);
}

function mayBeSecret(name: string, value: string): boolean {
  if (name.length > MAX_PART_LENGTH || value.length > MAX_PART_LENGTH) return true;
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return (
    bare === '' ||
    SECRET_WORDS.some((word) => bare.includes(word)) ||
    SECRET_PREFIXES.some((prefix) => bare.startsWith(prefix))
  );
}
