import { Liquid } from 'liquidjs';
import type { PromptRenderer } from './prompts/renderer.ts';

/** What bounds the rendering of one message, by the names that liquidjs has for it. */
export const LIQUID_LIMITS = {
  /** Code units of a template. */
  parseLimit: 128 * 1024,
  /** Milliseconds that rendering takes. */
  renderLimit: 5_000,
  /** What liquidjs counts of what filters and loops make: members of lists and code units of texts. */
  memoryLimit: 16 * 1024 * 1024,
} as const;

/** Tags that read other templates, which there are none of. */
const TAGS_OF_FILES = ['include', 'render', 'layout', 'block'];

/**
 * Renders prompts whose syntax is `liquid`, by the package liquidjs, which the agent installs.
 *
 * Every text arrives exactly: nothing is escaped. Refused are variables and filters that are not there, tags that read
 * files, and what is beyond LIQUID_LIMITS. As Liquid has it, an empty text is true in a condition.
 */
export function liquid(): PromptRenderer {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // Not even files that a template cannot name.
    templates: {},
    ...LIQUID_LIMITS,
  });
  for (const tag of TAGS_OF_FILES) delete engine.tags[tag];
  return {
    syntax: 'liquid',
    render: (template, variables) => String(engine.parseAndRenderSync(template, { ...variables })),
  };
}
