import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** A header's name: a token by RFC 9110, 5.6.2, in lower case, since in HTTP its case says nothing. */
export const headerNameSchema = z
  .string()
  .max(LIMITS.maxHeaderNameLength)
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header in lower case');
/** What a header says: an exact text. */
export const headerValueSchema = z.string().max(LIMITS.maxHeadersLength);

export const responseHeaderSchema = z.strictObject({ name: headerNameSchema, value: headerValueSchema });
export type ResponseHeader = z.infer<typeof responseHeaderSchema>;

/** Headers in the order received; a name that came more than once is there more than once. */
export const responseHeadersSchema = z
  .array(responseHeaderSchema)
  .max(LIMITS.maxHeaders)
  .refine(
    (headers) =>
      headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0) <=
      LIMITS.maxHeadersLength,
    `must be at most ${LIMITS.maxHeadersLength} code units together`,
  );

/** The end of the name, since a part says less: `x-ratelimit-remaining-tokens` holds no token. */
const SECRET_ENDING =
  /(?:cookie2?|authorization|authentication-info|(?:^|[-_])auth|bearer|token|jwt(?:[-_]assertion)?|secret|password|passwd|credential|(?:api|access|secret|private|auth|subscription|session|signing|functions|master)[-_]?key|session(?:[-_]?id)?)$/;

/**
 * Whether a header may hold what lets others act in the caller's name, such as `set-cookie`. Such headers are not stored.
 *
 * There is no register of them, so it goes by the name, in lower case.
 */
export function isSecretHeader(name: string): boolean {
  return SECRET_ENDING.test(name);
}
