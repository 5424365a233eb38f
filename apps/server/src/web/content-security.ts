/** What stands in the built page in place of the nonce; `html.cspNonce` in apps/web/vite.config.ts writes it. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/**
 * What the web UI may do in a browser: run its own scripts, call its own server, and nothing else.
 *
 * Texts of agents and LLMs are shown in it, so what one of them smuggles in must neither run nor send anything away.
 * Styles also come from libraries that add elements at run time (the lock of scrolling under a dialog); these carry the
 * page's nonce.
 */
export function toContentSecurityPolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Nothing of the machine is needed, but to write to the clipboard. */
export const PERMISSIONS_POLICY = [
  'camera',
  'clipboard-read',
  'display-capture',
  'geolocation',
  'hid',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');
