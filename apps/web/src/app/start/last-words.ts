/** Where not even the page that shows failures can be drawn: a text in place of nothing. */
export function sayLastWords(error: unknown): void {
  document.body.textContent = `Stepledger cannot be shown: ${String(error)}. Reload the page to try again.`;
}
