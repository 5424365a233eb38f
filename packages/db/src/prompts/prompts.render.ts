import {
  LedgerError,
  LIMITS,
  type Prompt,
  type PromptMessage,
  RENDERED_SYNTAXES,
  storedTextBytes,
} from '@stepledger/contract';
import { type Renderer, TemplateError } from './renderer.ts';
import { RENDERERS } from './renderers.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * Fills a prompt's variables in: every text arrives in the messages exactly as it was given.
 *
 * @throws UNSUPPORTED_SYNTAX; BAD_INPUT when a declared parameter or a variable that is shown has no value, the
 * template cannot be read or is too long to be rendered here, or the messages would be larger than a stored text may be.
 */
export function renderPrompt(prompt: Prompt, variables: Variables): PromptMessage[] {
  const renderer = rendererOf(prompt.syntax);
  const { maxTemplateLength = Number.POSITIVE_INFINITY } = renderer;
  if (prompt.template.reduce((sum, { text }) => sum + text.length, 0) > maxTemplateLength) {
    throw unreadable(`its template is longer than ${maxTemplateLength} characters`);
  }
  const missing = new Set(prompt.parameters.filter((name) => !Object.hasOwn(variables, name)));
  const messages: PromptMessage[] = [];
  // Every code unit takes at least one byte.
  let left: number = LIMITS.maxTextBytes;
  for (const [index, { role, text }] of prompt.template.entries()) {
    const rendered = fill(renderer, text, { variables, maxLength: left, index });
    if (rendered === 'too long') throw tooLarge();
    if ('missing' in rendered) {
      for (const name of rendered.missing) missing.add(name);
      continue;
    }
    left -= rendered.text.length;
    messages.push({ role, text: rendered.text });
  }
  if (missing.size > 0) {
    throw badInput([...missing].map((name) => [`variables.${name}`, 'is needed']));
  }
  if (messages.reduce((bytes, { text }) => bytes + storedTextBytes(text), 0) > LIMITS.maxTextBytes) {
    throw tooLarge();
  }
  return messages;
}

function rendererOf(syntax: string): Renderer {
  const known = RENDERED_SYNTAXES.find((name) => name === syntax);
  if (known !== undefined) return RENDERERS[known];
  throw new LedgerError('UNSUPPORTED_SYNTAX', { syntax, supported: [...RENDERED_SYNTAXES] });
}

function fill(
  renderer: Renderer,
  text: string,
  { index, ...options }: Parameters<Renderer['render']>[1] & { index: number },
): ReturnType<Renderer['render']> {
  try {
    return renderer.render(text, options);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw unreadable(`in message ${index + 1} ${error.message}`);
  }
}

function unreadable(reason: string): LedgerError {
  return badInput([['name', `cannot be rendered: ${reason}`]]);
}

function tooLarge(): LedgerError {
  return badInput([['variables', `make the messages larger than ${LIMITS.maxTextBytes} bytes`]]);
}

function badInput(issues: readonly (readonly [path: string, reason: string])[]): LedgerError {
  return new LedgerError('BAD_INPUT', { issues: issues.map(([path, reason]) => ({ path, reason })) });
}
