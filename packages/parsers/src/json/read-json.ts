import { JSONRepairError, jsonrepair } from 'jsonrepair';
import { PARSER_LIMITS } from '../limits.ts';

/** What a text says as JSON, or why and where (in the text) it says nothing. */
export type JsonReading = { value: unknown } | { reason: string; offset: number };

const { maxJsonNesting } = PARSER_LIMITS;

/** Reads JSON: valid JSON as it is, any other of at most `maxRepairLength` through `jsonrepair`. */
export function readJson(text: string, { maxRepairLength }: { maxRepairLength: number }): JsonReading {
  const tooDeep = findNesting(text, maxJsonNesting);
  if (tooDeep !== undefined)
    return { reason: `it nests deeper than ${maxJsonNesting} levels`, offset: tooDeep };
  const valid = parseJson(text);
  return 'reason' in valid && text.length <= maxRepairLength ? repairJson(text) : valid;
}

function parseJson(text: string): JsonReading {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: messageOf(error), offset: 0 };
  }
}

function repairJson(text: string): JsonReading {
  try {
    return parseJson(jsonrepair(text));
  } catch (error) {
    // Also a stack overflow, where quotes that do not match hide from us how deep it is.
    return { reason: messageOf(error), offset: error instanceof JSONRepairError ? error.position : 0 };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where lists and objects outside of strings nest deeper than `max`. */
function findNesting(text: string, max: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString && char === '\\') at += 1;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '{' || char === '[')) depth += 1;
    else if (!inString && (char === '}' || char === ']')) depth -= 1;
    if (depth > max) return at;
  }
  return undefined;
}
