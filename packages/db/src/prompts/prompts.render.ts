import {
  LedgerError,
  LIMITS,
  type Prompt,
  type PromptMessage,
  RENDERED_SYNTAXES,
  storedTextBytes,
} from '@stepledger/contract';
import { fillTemplate, parseTemplate, TemplateError } from './mustache.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * Fills a prompt's variables in: every text arrives in the messages exactly as it was given.
 *
 * @throws UNSUPPORTED_SYNTAX; BAD_INPUT when a declared parameter has no value, the template cannot be read, or the
 * messages would be larger than a stored text may be. The size is added up before anything is joined, since a short
 * template may name a long variable a million times.
 */
export function renderPrompt(prompt: Prompt, variables: Variables): PromptMessage[] {
  checkSyntax(prompt.syntax);
  const missing = prompt.parameters.filter((name) => !Object.hasOwn(variables, name));
  if (missing.length > 0) throw badInput(missing.map((name) => [`variables.${name}`, 'is needed']));
  const budget = { units: LIMITS.maxTextBytes };
  const messages = prompt.template.map(({ role, text }, index) => ({
    role,
    text: prompt.syntax === 'none' ? text : fill(text, variables, { index, budget }),
  }));
  if (messages.reduce((bytes, { text }) => bytes + storedTextBytes(text), 0) > LIMITS.maxTextBytes) {
    throw tooLarge();
  }
  return messages;
}

function fill(
  text: string,
  variables: Variables,
  { index, budget }: { index: number; budget: { units: number } },
): string {
  try {
    const pieces: string[] = [];
    for (const piece of fillTemplate(parseTemplate(text), variables)) {
      // Every code unit takes at least one byte.
      budget.units -= piece.length;
      if (budget.units < 0) throw tooLarge();
      if (piece !== '') pieces.push(piece);
    }
    return pieces.join('');
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
