import type { RENDERED_SYNTAXES } from '@stepledger/contract';
import { literalRenderer } from './literal.ts';
import { mustacheRenderer } from './mustache.ts';
import type { Renderer } from './renderer.ts';

/** The renderer of each syntax that `prompts.render` knows; a further one is a line here and one in the contract. */
export const RENDERERS: Readonly<Record<(typeof RENDERED_SYNTAXES)[number], Renderer>> = {
  mustache: mustacheRenderer,
  literal: literalRenderer,
  none: literalRenderer,
};
