import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFolderLayout } from './folder-layout.ts';
import { besideTaken, foldPath } from './layout.ts';
import { createPlainLayout } from './plain.ts';
import { toSlug } from './segments.ts';

const plain = createPlainLayout();
const openspec = createFolderLayout({
  name: 'openspec',
  root: 'openspec/changes/add-login',
  single: ['proposal', 'design', 'tasks'],
  many: { spec: { folder: 'specs', ending: '/spec.md' } },
});

/** Names as the ledger takes them, with pieces that file systems and paths stumble over. */
const identifier = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc
      .array(
        fc.constantFrom('..', '.', '/', '\\', '%2F', '%', 'con', 'NUL.md', ' ', 'a', 'É', '~', ':', '.git'),
        { minLength: 1, maxLength: 6 },
      )
      .map((pieces) => pieces.join('')),
  )
  .filter((text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text));

test('no name of a document leads out of the folder or into a hidden one', () => {
  fc.assert(
    fc.property(identifier, identifier, (kind, key) => {
      for (const layout of [plain, openspec]) {
        const path = layout.toPath({ kind, key });
        if (path === null) continue;
        for (const segment of path.split('/')) {
          expect(segment).not.toBe('');
          expect(segment).not.toMatch(/^\.|[\\:*?"<>|\0]|[. ]$/);
          expect(segment).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        }
      }
    }),
  );
});

test('the path of a document tells its kind and key', () => {
  fc.assert(
    fc.property(identifier, identifier, (kind, key) => {
      const path = plain.toPath({ kind, key });
      fc.pre(path !== null);
      expect(plain.toDocument(path)).toEqual({ kind, key });
    }),
  );
});

test('two documents never share a path', () => {
  fc.assert(
    fc.property(identifier, identifier, identifier, identifier, (kind, key, otherKind, otherKey) => {
      fc.pre(kind !== otherKind || key !== otherKey);
      const path = plain.toPath({ kind, key });
      fc.pre(path !== null);
      expect(plain.toPath({ kind: otherKind, key: otherKey })).not.toBe(path);
    }),
  );
});

test('documents stand where people look for them', () => {
  expect(plain.toPath({ kind: 'design', key: 'design' })).toBe('design.md');
  expect(plain.toPath({ kind: 'design', key: 'login' })).toBe('design/login.md');
  expect(plain.toPath({ kind: 'code', key: 'src/app.ts' })).toBe('code/src/app.ts.md');
  expect(plain.toPath({ kind: 'code', key: '../../etc/passwd' })).toBe('code/%2E%2E/%2E%2E/etc/passwd.md');
  expect(plain.toPath({ kind: 'code', key: '/etc' })).toBe('code/%2Fetc.md');
  expect(plain.toPath({ kind: 'code', key: 'x'.repeat(201) })).toBeNull();
  expect(openspec.toPath({ kind: 'proposal', key: 'proposal' })).toBe(
    'openspec/changes/add-login/proposal.md',
  );
  expect(openspec.toPath({ kind: 'spec', key: 'auth/session' })).toBe(
    'openspec/changes/add-login/specs/auth/session/spec.md',
  );
  expect(openspec.toPath({ kind: 'proposal', key: 'other' })).toBeNull();
  expect(openspec.toPath({ kind: 'constructor', key: 'constructor' })).toBeNull();
});

test('files of a layout become the documents that they are', () => {
  const at = (path: string) => openspec.toDocument(`openspec/changes/add-login/${path}`);
  expect(at('tasks.md')).toEqual({ kind: 'tasks', key: 'tasks' });
  expect(at('specs/auth/spec.md')).toEqual({ kind: 'spec', key: 'auth' });
  expect(at('specs/spec.md')).toBeNull();
  expect(at('notes.md')).toBeNull();
  expect(openspec.toDocument('openspec/changes/other/tasks.md')).toBeNull();
});

test('names that a file system may take for one get a place each', () => {
  expect(foldPath('design/Login.md')).toBe(foldPath('design/login.md'));
  expect(foldPath('e\u0301.md')).toBe(foldPath('\u00e9.md'));
  expect(besideTaken('design/login.md', '0190a000-0000-7000-8000-0123456789ab')).toBe(
    'design/login~456789ab.md',
  );
});

test('the key of a run becomes the name of a folder', () => {
  expect(toSlug('Add Login: OAuth 2')).toBe('add-login-oauth-2');
  expect(toSlug('../..')).toBe('');
});
