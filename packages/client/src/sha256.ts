/**
 * The SHA-256 of bytes, as 64 hexadecimal digits.
 *
 * @throws where there is no WebCrypto: browsers keep it from pages that came over plain http, localhost aside.
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const subtle: typeof crypto.subtle | undefined = crypto.subtle;
  if (subtle === undefined) throw new Error('There is no WebCrypto here: does the page come over https?');
  const digest = await subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Of the text as JSON, which escapes the lone surrogates that UTF-8 would make alike. */
export function sha256OfText(text: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(text.isWellFormed() ? text : JSON.stringify(text)));
}
