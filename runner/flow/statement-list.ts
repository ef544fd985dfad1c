import type { PlainFlow, Statement } from "./types.ts";

/** Every statement of a flow in the order of the document: its place in this list is what names it to other processes. */
export function statementsOf({ steps }: Pick<PlainFlow, "steps">): Statement[] {
  return steps.flatMap(({ actions }) => statementsIn(actions));
}

/** The statements of a block, and those within them. */
export function statementsIn(statements: readonly Statement[]): Statement[] {
  return statements.flatMap(withNested);
}

function withNested(statement: Statement): Statement[] {
  return [statement, ...blocksOf(statement).flatMap(statementsIn)];
}

/** The blocks of a statement, in the order of the document. */
export function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case "if":
      return [statement.consequent, statement.alternate];
    case "forEach":
      return [statement.actions];
    case "try":
      return [statement.actions, statement.handler ?? [], statement.finalizer ?? []];
    default:
      return [];
  }
}

/** Names that statements give values: variables, and the names of blocks. */
export function* namesSetBy(statements: readonly Statement[]): Iterable<string> {
  for (const statement of statements) {
    if (statement.kind === "set") yield statement.name;
    if ((statement.kind === "call" || statement.kind === "action") && statement.saveAs !== undefined)
      yield statement.saveAs;
    if (statement.kind === "forEach") yield* [statement.item, statement.index ?? ""];
    if (statement.kind === "try" && statement.catchAs !== undefined) yield statement.catchAs;
    for (const block of blocksOf(statement)) yield* namesSetBy(block);
  }
}
