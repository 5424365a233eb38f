import { type FieldIssue, identifierSchema, RENDERED_SYNTAXES } from '@stepledger/contract';

/** Fills in the stored templates of a syntax that the server does not render. */
export interface PromptRenderer {
  /** The `syntax` of the prompts that it renders. */
  readonly syntax: string;
  /**
   * Answers one message of a template with its variables filled in.
   *
   * What it throws is BAD_INPUT with the reason; the texts of variables have to arrive as they are.
   */
  render(template: string, variables: Readonly<Record<string, string>>): string;
}

/** What is wrong with the option `renderers`. */
export function findRendererFaults(renderers: unknown): FieldIssue[] {
  if (renderers === undefined) return [];
  if (!Array.isArray(renderers)) return [{ path: 'renderers', reason: 'must be a list of renderers' }];
  const list: readonly (Partial<PromptRenderer> | null | undefined)[] = renderers;
  return list.flatMap((renderer, index) => {
    const path = `renderers[${index}]`;
    const syntax = renderer?.syntax;
    if (!identifierSchema.safeParse(syntax).success || typeof renderer?.render !== 'function') {
      return [{ path, reason: 'must have a syntax and a function render' }];
    }
    if (RENDERED_SYNTAXES.some((rendered) => rendered === syntax)) {
      return [{ path, reason: `is never used: the server renders ${syntax}` }];
    }
    const isFirst = list.findIndex((other) => other?.syntax === syntax) === index;
    return isFirst ? [] : [{ path, reason: `is a second one of ${syntax}` }];
  });
}
