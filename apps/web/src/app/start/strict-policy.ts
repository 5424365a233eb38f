import { config } from 'zod/v4/core';

interface TrustedTypes {
  createPolicy(name: 'default', rules: { createScriptURL(url: string): string | null }): unknown;
}

// Keeps the page within the server's content security policy, which lets no text become code. To be imported before
// anything that makes a schema: zod otherwise tries whether it may compile it, which the browser reports.
config({ jitless: true });

// Trusted types have to be told which scripts a worker may be made of: those of the build. There are no rules for HTML
// and code, so that `innerHTML` and `eval` stay refused.
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy('default', { createScriptURL: (url) => (isOfBuild(url) ? url : null) });

function isOfBuild(url: string): boolean {
  return (
    URL.canParse(url, location.href) &&
    new URL(url, location.href).href.startsWith(`${location.origin}/assets/`)
  );
}
