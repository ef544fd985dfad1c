import type { PlainFlow, Statement } from "./types.ts";

/** Every statement of a flow in the order of the document: its place in this list is what names it to other processes. */
export function statementsOf({ steps }: Pick<PlainFlow, "steps">): Statement[] {
  return steps.flatMap(({ actions }) => actions.flatMap(withNested));
}

function withNested(statement: Statement): Statement[] {
  return [statement, ...blocksOf(statement).flatMap((block) => block.flatMap(withNested))];
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
