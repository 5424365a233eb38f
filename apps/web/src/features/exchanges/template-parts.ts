/** A stretch of a template, and the variable that stands there, if any. */
export interface TemplatePart {
  at: number;
  text: string;
  variable: string | null;
}

/** What stands in braces, as in mustache and Liquid; `{% %}` and tags of sections count too. */
const TAG = /\{\{\{[^{}]{0,500}\}\}\}|\{\{[^{}]{0,500}\}\}|\{%[^%]{0,500}%\}/g;
const NAME = /[\p{L}_$][\p{L}\p{N}_$.-]*/u;
/** Of a template with more, the rest is shown as it is. */
const MAX_TAGS = 5000;

/** Cuts a template at the places that variables are put into. */
export function toTemplateParts(text: string, syntax: string): TemplatePart[] {
  if (syntax === 'literal' || syntax === 'none') return [{ at: 0, text, variable: null }];
  const parts: TemplatePart[] = [];
  let from = 0;
  for (const match of text.matchAll(TAG)) {
    if (parts.length >= MAX_TAGS * 2) break;
    if (match.index > from) parts.push({ at: from, text: text.slice(from, match.index), variable: null });
    const [tag] = match;
    parts.push({ at: match.index, text: tag, variable: NAME.exec(tag)?.[0] ?? '' });
    from = match.index + tag.length;
  }
  if (from < text.length || parts.length === 0) {
    parts.push({ at: from, text: text.slice(from), variable: null });
  }
  return parts;
}
