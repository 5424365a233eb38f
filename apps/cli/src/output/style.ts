import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is where colour does not belong. */
export type Style = (format: Format, text: string) => string;

/** Colour as the stream's terminal and NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR have it. */
export function styleWith(stream: NodeJS.WriteStream): Style {
  return (format, text) => styleText(format, text, { stream });
}
