import type { Renderer } from './renderer.ts';

/** Shows a template as it is, whatever stands in it. */
export const literalRenderer: Renderer = {
  render: (template, { maxLength }) => (template.length > maxLength ? 'too long' : { text: template }),
};
