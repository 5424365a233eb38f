import { isBuiltin } from 'node:module';
import { type Node, parseSync, Visitor } from 'oxc-parser';

/** One place in a source file that names another module. */
export interface SourceImport {
  specifier: string;
  /** It leaves nothing behind at run time. */
  typeOnly: boolean;
}

export interface SourceFacts {
  imports: SourceImport[];
  readsEnvironment: boolean;
}

/** What the boundaries want to know of a source file, out of its syntax tree. */
export function readSource(fileName: string, text: string): SourceFacts {
  const { program, errors } = parseSync(fileName, text);
  if (errors.length > 0) throw new Error(`${fileName}: ${errors[0]?.message}`);

  const imports: SourceImport[] = [];
  let readsEnvironment = false;
  new Visitor({
    ImportDeclaration({ source, importKind, specifiers }) {
      // `import { type A }` keeps the import itself under verbatimModuleSyntax; only `import type` vanishes.
      imports.push({ specifier: source.value, typeOnly: importKind === 'type' });
      const names = specifiers.map((item) =>
        item.type === 'ImportSpecifier' ? nameOf(item.imported) : undefined,
      );
      if (/^(node:)?process$/.test(source.value) && names.includes('env')) readsEnvironment = true;
    },
    ExportNamedDeclaration({ source, exportKind }) {
      if (source) imports.push({ specifier: source.value, typeOnly: exportKind === 'type' });
    },
    ExportAllDeclaration({ source, exportKind }) {
      imports.push({ specifier: source.value, typeOnly: exportKind === 'type' });
    },
    ImportExpression({ source }) {
      if (source.type === 'Literal') imports.push({ specifier: String(source.value), typeOnly: false });
    },
    TSImportType({ source }) {
      imports.push({ specifier: source.value, typeOnly: true });
    },
    MemberExpression({ object, property }) {
      if (isProcess(object) && nameOf(property) === 'env') readsEnvironment = true;
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== 'ObjectPattern' || !init || !isProcess(init)) return;
      const keys = id.properties.map((property) =>
        property.type === 'Property' ? nameOf(property.key) : undefined,
      );
      if (keys.includes('env')) readsEnvironment = true;
    },
  }).visit(program);
  return { imports, readsEnvironment };
}

/** `process`, also as a property of the global object. */
function isProcess(node: Node): boolean {
  return nameOf(node.type === 'MemberExpression' ? node.property : node) === 'process';
}

/** The text of an identifier or of a string that stands for one. */
function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The package that a specifier names, or nothing for a relative path or a module of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('#') || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
