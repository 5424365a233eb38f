import {
  type FieldIssue,
  LIMITS,
  type Prompt,
  type PromptMessage,
  storedTextBytes,
} from '@stepledger/contract';
import { ledgerError } from '../errors/client-errors.ts';
import type { StepledgerError } from '../errors/stepledger-error.ts';
import type { PromptRenderer } from './renderer.ts';

/**
 * Renders a stored prompt on this side, with the refusals that the server has.
 *
 * @throws BAD_INPUT when a declared parameter has no value, the renderer fails, or the messages would be larger than a
 * stored text may be.
 */
export function renderStored(
  renderer: PromptRenderer,
  prompt: Pick<Prompt, 'template' | 'parameters'>,
  variables: Readonly<Record<string, string>>,
): PromptMessage[] {
  const missing = prompt.parameters.filter((name) => !Object.hasOwn(variables, name));
  if (missing.length > 0) {
    throw badInput(missing.map((name) => ({ path: `variables.${name}`, reason: 'is needed' })));
  }
  let bytes = 0;
  return prompt.template.map(({ role, text }, index) => {
    const rendered = renderOne(renderer, text, { variables, index });
    // A code unit takes at least one byte, and counting the bytes of a very long text takes a copy of it.
    bytes += rendered.length > LIMITS.maxTextBytes ? rendered.length : storedTextBytes(rendered);
    if (bytes > LIMITS.maxTextBytes) {
      const reason = `make the messages larger than ${LIMITS.maxTextBytes} bytes`;
      throw badInput([{ path: 'variables', reason }]);
    }
    return { role, text: rendered };
  });
}

function renderOne(
  renderer: PromptRenderer,
  template: string,
  { variables, index }: { variables: Readonly<Record<string, string>>; index: number },
): string {
  const refuse = (reason: string, cause?: unknown) =>
    badInput([{ path: 'name', reason: `cannot be rendered: in message ${index + 1} ${reason}` }], cause);
  let rendered: unknown;
  try {
    rendered = renderer.render(template, variables);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (typeof rendered === 'string') return rendered;
  throw refuse(`the renderer of ${renderer.syntax} answered no text`);
}

function badInput(issues: FieldIssue[], cause?: unknown): StepledgerError<'BAD_INPUT'> {
  return ledgerError('BAD_INPUT', { issues }, cause);
}
