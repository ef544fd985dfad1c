import { isMap, isNode, isScalar, type Pair, type YAMLMap } from "yaml";
import { suggestion } from "../../base/suggest.ts";
import type { Draft } from "../draft.ts";
import { type Finding, findingInYaml, ownRule } from "../source/diagnostic.ts";
import { markedRange, member } from "../source/locate.ts";
import type { SourceFile } from "../source/source.ts";
import type { LocatedNode } from "./source.ts";
import { parseYamlPiece, requireMapping, type YamlPiece } from "./yaml.ts";

const SCENARIO_KEYS = ["title", "scenario", "flow", "model"];

/** A YAML file: a scenario in parts, a pack index, or something else (undefined). */
export function readYamlFile(
  file: SourceFile,
  foreign: boolean,
): Draft | { packIndex: YamlPiece } | undefined {
  const piece = parseYamlPiece(file, file.text, 0, file.text.length);
  const root = piece.root?.node;
  if (!isMap(root)) {
    if (/^pack[ \t]*:/m.test(file.text)) return { packIndex: piece };
    return looksLikeScenario(file.text) ? unreadable(piece) : undefined;
  }
  const part = (name: string): YamlPiece | undefined => {
    const found = member(root, name);
    return (
      found && requireMapping({ ...piece, root: { source: piece.source, node: found.value } }, `\`${name}\``)
    );
  };
  const pack = part("pack");
  if (pack) return { packIndex: pack };
  const [meta, flow, model] = [part("scenario"), part("flow"), part("model")];
  if (!meta && !flow && !member(root, "title")) return undefined;

  const diagnostics = [meta, flow, model].flatMap((found) => found?.diagnostics ?? []);
  const tell = (range: readonly [number, number], finding: Finding): void => {
    diagnostics.push(findingInYaml(piece.source, range, finding));
  };
  for (const { key } of root.items) {
    const name = isScalar(key) ? String(key.value ?? "") : "";
    if (!isNode(key) || SCENARIO_KEYS.includes(name)) continue;
    tell(markedRange(key), {
      code: "unknown-key",
      severity: ownRule(foreign),
      message: `unknown key \`${name}\``,
      hint: suggestion(name, SCENARIO_KEYS),
    });
  }
  if (!meta) {
    tell(markedRange(root), {
      code: "missing-metadata",
      severity: "error",
      message: "the file has no `scenario` mapping",
      hint: "Put `id`, `surface`, `objective` and the other metadata below `scenario:`.",
    });
  }
  if (meta?.root) moveTitle(root, meta.root, tell);
  return {
    form: "yaml",
    meta: meta?.root,
    flow: flow?.root,
    hasFlow: flow !== undefined,
    flowAdvice: "Add a top-level `flow:` that holds `steps`.",
    modelScript: model?.root,
    prose: "",
    heading: undefined,
    start: file.text.search(/^scenario[ \t]*:/m),
    diagnostics,
  };
}

/** The title may stand at the top of the file; it becomes a member of the metadata, with its place. */
function moveTitle(
  root: YAMLMap,
  meta: LocatedNode,
  tell: (range: readonly [number, number], finding: Finding) => void,
): void {
  const isTitle = (pair: Pair): boolean => isScalar(pair.key) && pair.key.value === "title";
  const outer = root.items.find(isTitle);
  if (!outer || !isMap(meta.node)) return;
  const inner = meta.node.items.find(isTitle);
  if (!inner) {
    meta.node.items.unshift(outer);
    return;
  }
  if (!isScalar(inner.value) || !isScalar(outer.value) || inner.value.value === outer.value.value) return;
  tell(markedRange(inner.value), {
    code: "title-conflict",
    severity: "error",
    message: `the title is \`${inner.value.value}\` here and \`${outer.value.value}\` at the top of the file`,
    hint: "Keep the one at the top.",
  });
}

function looksLikeScenario(text: string): boolean {
  return /^(?:scenario|flow)[ \t]*:/m.test(text);
}

function unreadable(piece: YamlPiece): Draft {
  return {
    form: "yaml",
    meta: undefined,
    flow: undefined,
    hasFlow: true,
    flowAdvice: "",
    modelScript: undefined,
    prose: "",
    heading: undefined,
    start: 0,
    diagnostics: requireMapping(piece, "the file").diagnostics,
  };
}
