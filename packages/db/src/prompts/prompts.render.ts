import {
  LedgerError,
  LIMITS,
  type Prompt,
  type PromptMessage,
  RENDERED_SYNTAXES,
  storedTextBytes,
} from '@stepledger/contract';
import { renderMustache, TemplateError } from './mustache.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * Fills a prompt's variables in: every text arrives in the messages exactly as it was given.
 *
 * @throws UNSUPPORTED_SYNTAX; BAD_INPUT when a declared parameter has no value, the template cannot be read or is too
 * long to be rendered here, or the messages would be larger than a stored text may be.
 */
export function renderPrompt(prompt: Prompt, variables: Variables): PromptMessage[] {
  checkSyntax(prompt.syntax);
  const missing = prompt.parameters.filter((name) => !Object.hasOwn(variables, name));
  if (missing.length > 0) throw badInput(missing.map((name) => [`variables.${name}`, 'is needed']));
  if (prompt.syntax === 'none') return [...prompt.template];
  const length = prompt.template.reduce((sum, { text }) => sum + text.length, 0);
  if (length > LIMITS.maxRenderedTemplateLength) {
    const limit = LIMITS.maxRenderedTemplateLength;
    throw badInput([['name', `cannot be rendered: its template is longer than ${limit} characters`]]);
  }
  // Every code unit takes at least one byte.
  let left: number = LIMITS.maxTextBytes;
  const messages = prompt.template.map(({ role, text }, index) => {
    const filled = fill(text, variables, { index, left });
    left -= filled.length;
    return { role, text: filled };
  });
  if (messages.reduce((bytes, { text }) => bytes + storedTextBytes(text), 0) > LIMITS.maxTextBytes) {
    throw tooLarge();
  }
  return messages;
}

function fill(text: string, variables: Variables, { index, left }: { index: number; left: number }): string {
  try {
    const filled = renderMustache(text, variables, left);
    if (filled === null) throw tooLarge();
    return filled;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw badInput([['name', `cannot be rendered: in message ${index + 1} ${error.message}`]]);
  }
}

function checkSyntax(syntax: string): void {
  const supported: readonly string[] = RENDERED_SYNTAXES;
  if (!supported.includes(syntax)) {
    throw new LedgerError('UNSUPPORTED_SYNTAX', { syntax, supported: [...supported] });
  }
}

function tooLarge(): LedgerError {
  return badInput([['variables', `make the messages larger than ${LIMITS.maxTextBytes} bytes`]]);
}

function badInput(issues: readonly (readonly [path: string, reason: string])[]): LedgerError {
  return new LedgerError('BAD_INPUT', { issues: issues.map(([path, reason]) => ({ path, reason })) });
}
