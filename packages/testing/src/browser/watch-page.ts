import type { BrowserContext } from 'playwright-core';

/** Reports what a page must never do: log or throw an error, break its policy, leave its origin. */
export async function watchPage(
  context: BrowserContext,
  origin: string,
  report: (problem: string) => void,
): Promise<void> {
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    report(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (thrown) => report(`thrown: ${describe(thrown.error())}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    // These hold their content themselves.
    if (url.protocol === 'data:' || url.protocol === 'blob:') return;
    if (url.origin !== origin) report(`request to another origin: ${request.url().slice(0, 200)}`);
  });
  // Sockets are no requests to Playwright.
  context.on('page', (page) => {
    page.on('websocket', (socket) => report(`socket: ${socket.url()}`));
    page.on('crash', () => report('the page crashed'));
  });
  // The console tells of most violations, but not of those by a worker or of a report-only policy.
  await context.exposeBinding('reportViolation', (_source, violation: string) => report(violation));
  await context.addInitScript({ content: REPORT_VIOLATIONS });
}

/** Runs in the page before its own scripts. */
const REPORT_VIOLATIONS = `
  addEventListener('securitypolicyviolation', (event) => {
    reportViolation('policy: ' + event.violatedDirective + ' refused ' + event.blockedURI + ' ' + event.sample);
  });
`;

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
