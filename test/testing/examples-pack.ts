/** A scenario with a table of examples, one row of which fails unless its reply is given as `right`. */
export const EXAMPLES = `# The agent answers

## Examples

| name      | prompt                   | reply     |
| --------- | ------------------------ | --------- |
| word      | "Reply exactly: hello"   | hello     |
| bar in it | "Reply exactly: a \\| b" | "a \\| b" |
| number    | "Reply exactly: 42"      | "43"      |

## It answers with what was asked for

\`\`\`yaml qa-step
- ask: "\${row.prompt}"
  reply: "\${row.reply}"
\`\`\`
`;
