import { relative, resolve } from "node:path";
import {
  type ClassElement,
  type Identifier,
  isBindingElement,
  isClassDeclaration,
  isGetAccessorDeclaration,
  isIdentifier,
  isMethodDeclaration,
  isPropertyDeclaration,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

// `node scripts/dead-members.ts`: finds members of classes that nothing uses, by what each name means and not by how it
// is spelled. knip sees only what is exported, and the type checker only what is private.

/** Called by the language. */
const CALLED: readonly string[] = ["toJSON"];
const ROOT = resolve(import.meta.dirname, "..");

interface Member {
  symbol: number;
  name: string;
  file: string;
}

const api = new API({ cwd: ROOT });
try {
  const { members, uses } = readProgram();
  const known = new Set(members.map(({ symbol }) => symbol));
  const used = new Set(uses.map(({ symbol }) => symbol));
  // A class may be used through an interface that it does not name.
  const spelled = new Set(uses.filter(({ symbol }) => !known.has(symbol)).map(({ name }) => name));
  const dead = members.filter(({ symbol, name }) => !used.has(symbol) && !spelled.has(name));
  for (const { file, name } of dead) process.stdout.write(`${relative(ROOT, file)}: nothing uses ${name}\n`);
  process.stdout.write(`${members.length} members of classes, ${dead.length} unused\n`);
  if (dead.length > 0) process.exitCode = 1;
} finally {
  api.close();
}

/** The members that classes declare, and every other name with the symbol that it stands for. */
function readProgram(): { members: Member[]; uses: Member[] } {
  const [project] = api.updateSnapshot({ openProjects: [resolve(ROOT, "tsconfig.json")] }).getProjects();
  if (project === undefined) throw new Error("tsconfig.json makes no project");
  const { checker, program } = project;
  const members: Member[] = [];
  const uses: Member[] = [];
  for (const file of program.getSourceFileNames()) {
    const source = file.includes("/node_modules/") ? undefined : program.getSourceFile(file);
    if (source === undefined) continue;
    const declared = new Set<Node>();
    const names: Node[] = [];
    const visit = (node: Node): void => {
      if (isClassDeclaration(node)) {
        for (const name of node.members.flatMap(nameOf)) declared.add(name);
      }
      if (isIdentifier(node)) names.push(node);
      node.forEachChild(visit);
    };
    visit(source);
    const symbols = checker.getSymbolAtLocation(names);
    for (const [index, node] of names.entries()) {
      // The name in a pattern is that of the variable as well.
      const symbol = isBindingElement(node.parent) ? -1 : (symbols[index]?.id ?? -1);
      (declared.has(node) ? members : uses).push({ symbol, name: node.getText(source), file });
    }
  }
  return { members, uses };
}

/** None for what is private by its name, and for what a superclass calls. */
function nameOf(member: ClassElement): Identifier[] {
  if (!isMethodDeclaration(member) && !isPropertyDeclaration(member) && !isGetAccessorDeclaration(member))
    return [];
  const { name, modifiers } = member;
  if (!isIdentifier(name) || CALLED.includes(name.text)) return [];
  return modifiers?.some(({ kind }) => kind === SyntaxKind.OverrideKeyword) ? [] : [name];
}
