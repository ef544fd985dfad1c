const CONTEXT_BLOCK =
  /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[\s\S]*?(?:<<<END_OPENCLAW_INTERNAL_CONTEXT>>>|$)/g;
const CONTEXT_HEADING =
  /^OpenClaw runtime context (?:\(internal\)|for the immediately preceding user message)/;

/** A user-role message to a model without what the gateway added for the model alone; empty when nothing remains. */
export function authoredText(text: string): string {
  const rest = text.replaceAll(CONTEXT_BLOCK, "").trim();
  return CONTEXT_HEADING.test(rest) ? "" : rest;
}
