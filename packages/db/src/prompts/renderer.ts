/** What a template came to: its text, or why there is none. */
export type Rendered =
  | { readonly text: string }
  /** The variables that it shows and that nobody gave, each once. */
  | { readonly missing: readonly string[] }
  /** Its text would be longer than it may be. */
  | 'too long';

export interface RenderOptions {
  readonly variables: Readonly<Record<string, string>>;
  /** Code units of the text at most. */
  readonly maxLength: number;
}

/** How templates of one syntax are filled in: texts arrive exactly as they are. */
export interface Renderer {
  /** @throws TemplateError */
  render(template: string, options: RenderOptions): Rendered;
  /** Code units of the messages of one prompt that it takes at most; any when left out. */
  readonly maxTemplateLength?: number;
}

/** A template that cannot be read, such as one with a section that is not closed. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
