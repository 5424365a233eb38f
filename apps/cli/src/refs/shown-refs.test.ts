import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleLine } from '../output/visible.ts';
import { parseDocumentRef, parseStepRef } from './parse-refs.ts';
import { showDocumentRef, showStepRef } from './shown-refs.ts';

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => text.isWellFormed());
const run = fc.option(name, { nil: undefined });

test('a shown document reads back, with a run configured or without, and no shell or terminal acts on it', () => {
  fc.assert(
    fc.property(run, name, name, (configured, kind, key) => {
      const config = {
        url: '',
        file: null,
        sources: {},
        ...(configured !== undefined && { run: configured }),
      };
      const shown = showDocumentRef({ config }, { run: `${key}.`, kind, key, version: 3 });
      const { document, at } = parseDocumentRef(shown, { hasRun: configured !== undefined });
      expect(document).toMatchObject({ run: `${key}.`, kind });
      expect('key' in document && (document.key ?? kind)).toBe(key);
      expect(at).toEqual({ version: 3 });
      expect(shown).not.toMatch(/^-|[\s'"`$&|;<>(){}[\]*?!#~\\]/u);
      expect(visibleLine(shown)).toBe(shown);
    }),
  );
});

test('a shown step reads back', () => {
  fc.assert(
    fc.property(name, fc.oneof(fc.constant(''), name), (stepName, key) => {
      expect(parseStepRef(showStepRef({ name: stepName, key }))).toEqual({ name: stepName, key });
    }),
  );
});
