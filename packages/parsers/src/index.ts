export { type ChecklistItem, type ChecklistOptions, checklist } from './checklist.ts';
export { type CodeBlock, type FencedCodeOptions, fencedCode } from './fenced-code.ts';
export { type JsonSchemaLike, type JsonValueOptions, jsonValue } from './json-value.ts';
export { PARSER_LIMITS } from './limits.ts';
export { type MarkdownSectionsOptions, markdownSections } from './markdown-sections.ts';
export { ParseError } from './parse-error.ts';
export type { ParsedDocument, Parser, ParserIdentity, ParserOptions } from './parser.ts';
export { type WholeTextOptions, wholeText } from './whole-text.ts';
