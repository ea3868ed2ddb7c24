import { fileURLToPath } from 'node:url';
import {
  type ClassDeclaration,
  type Declaration,
  type FunctionDeclaration,
  type InterfaceDeclaration,
  type Node,
  SyntaxKind,
  type TypeAliasDeclaration,
  type TypeNode,
} from 'typescript/unstable/ast';
import { API, NodeBuilderFlags, type Project } from 'typescript/unstable/sync';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const CONFIG = `${PROJECT}lib/tsconfig.json`;
const INDEX = `${PROJECT}lib/index.ts`;

type Exported = ClassDeclaration | FunctionDeclaration | InterfaceDeclaration | TypeAliasDeclaration;

/** An export of the package, as its source declares it. */
export interface Export {
  readonly kind: 'class' | 'function' | 'interface' | 'type';
  readonly name: string;
  /** As TypeScript writes it, without members, bodies and comments. */
  readonly signature: string;
  readonly doc: Doc;
  /** The members of a class or an interface, in the order of the source, without private ones. */
  readonly members: readonly Member[];
  /** Whether it is declared in `lib/`, and not among the functions. */
  readonly ofConstruct: boolean;
}

export interface Member {
  readonly kind: 'constructor' | 'property' | 'method';
  readonly name: string;
  readonly signature: string;
  readonly doc: Doc;
}

export interface Doc {
  readonly text: string;
  /** The text of `@default`. */
  readonly default?: string;
}

/**
 * Reads the exports of `lib/index.ts` with the compiler, in the order of their names.
 *
 * @throws Error for an export or a member without a docblock
 */
export function publicSurface(): readonly Export[] {
  const api = new API({ cwd: PROJECT });
  try {
    const project = api.updateSnapshot({ openProjects: [CONFIG] }).getProject(CONFIG);
    const index = project?.program.getSourceFile(INDEX);
    const module = index && project?.checker.getSymbolAtLocation(index);
    if (!project || !module) throw new Error(`${INDEX} exports nothing`);
    const exported = project.checker.getExportsOfModule(module).map((symbol) => {
      const [handle] = project.checker.getAliasedSymbol(symbol).declarations;
      const declaration = handle?.resolve(project);
      if (!declaration) throw new Error(`the export ${symbol.name} has no declaration`);
      // TypeScript's declarations that can be exported
      return exportOf(declaration as Declaration as Exported, project);
    });
    return exported.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    api.close();
  }
}

function exportOf(declaration: Exported, project: Project): Export {
  const name = declaration.name?.text ?? 'default';
  const about = {
    name,
    doc: docOf(declaration, name),
    ofConstruct: declaration.getSourceFile().fileName.startsWith(`${PROJECT}lib/`),
  };
  switch (declaration.kind) {
    case SyntaxKind.TypeAliasDeclaration:
      return { ...about, kind: 'type', signature: aliasOf(declaration, project), members: [] };
    case SyntaxKind.FunctionDeclaration:
      return { ...about, kind: 'function', signature: head(declaration, declaration.body), members: [] };
    default: {
      const members = declaration.members.flatMap((member) => memberOf(member, name, project) ?? []);
      const kind = declaration.kind === SyntaxKind.ClassDeclaration ? 'class' : 'interface';
      return { ...about, kind, signature: head(declaration, declaration.members), members };
    }
  }
}

/** Expands an alias whose text only names the value from which it is derived. */
function aliasOf(declaration: TypeAliasDeclaration, project: Project): string {
  if (!/\btypeof\b/.test(declaration.type.getText())) return flat(declaration.getText());
  return `export type ${declaration.name.text} = ${written(declaration.type, project)};`;
}

function written(node: TypeNode, { checker }: Project): string {
  const type = checker.getTypeFromTypeNode(node);
  return type ? checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation) : flat(node.getText());
}

function memberOf(member: Node, owner: string, project: Project): Member | undefined {
  // members of classes and interfaces have these parts
  const { modifiers, name, body, type } = member as Node & {
    modifiers?: readonly Node[];
    name?: { text: string };
    body?: Node;
    type?: TypeNode;
  };
  if (modifiers?.some(({ kind }) => kind === SyntaxKind.PrivateKeyword)) return undefined;
  const signature = head(member, body);
  if (member.kind === SyntaxKind.Constructor) {
    return { kind: 'constructor', name: 'constructor', signature, doc: { text: '' } };
  }
  const named = name?.text ?? '';
  const kind = member.kind === SyntaxKind.MethodDeclaration ? 'method' : 'property';
  const doc = docOf(member, `${owner}.${named}`);
  if (!type || !/\btypeof\b/.test(type.getText())) return { kind, name: named, signature, doc };
  const resolved = signature.replace(flat(type.getText()), written(type, project));
  return { kind, name: named, signature: resolved, doc };
}

/** Returns a declaration up to the start of its body or its members. */
function head(declaration: Node, body: { readonly pos: number } | undefined): string {
  const text = declaration.getSourceFile().text;
  const start = declaration.getStart();
  return flat(text.slice(start, body?.pos ?? declaration.end)).replace(/[\s{;]+$/, '');
}

/** Returns the text in one line, without comments. */
function flat(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/= \| /g, '= ')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')')
    .trim();
}

function docOf(node: Node, name: string): Doc {
  const comment = node.jsDoc?.at(-1)?.getText() ?? '';
  const lines = comment.replace(/^\/\*\*|\*\/$/g, '').replace(/^[ \t]*\*[ ]?/gm, '');
  const [text = '', ...tags] = lines.split(/^[ \t]*@/m);
  if (!text.trim()) throw new Error(`${name} is exported and no docblock says what it means`);
  const found = tags.find((tag) => tag.startsWith('default '))?.slice('default '.length);
  return { text: text.trim(), ...(found !== undefined && { default: found.replace(/\s+/g, ' ').trim() }) };
}
