import type { Page } from 'playwright-core';

/** Counts what a page must not do with texts: run them, ask for what they name, open a window, ask the person. */
export async function watchSmuggling(page: Page): Promise<string[]> {
  const smuggled: string[] = [];
  await page.exposeFunction('mark', () => {
    smuggled.push('a script ran');
  });
  page.on('request', (request) => {
    if (request.url().includes('smuggled')) smuggled.push(request.url());
  });
  page.on('popup', (popup) => smuggled.push(`window ${popup.url()}`));
  page.on('dialog', (dialog) => {
    smuggled.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) smuggled.push(`frame ${frame.url()}`);
  });
  return smuggled;
}
