import { isMap, isNode, isScalar, type Pair, type YAMLMap } from "yaml";
import { suggestion } from "../../base/suggest.ts";
import { Diagnostics } from "../source/diagnostic.ts";
import { atNode, type LocatedNode, member } from "../source/locate.ts";
import type { SourceFile } from "../source/source.ts";
import { type Draft, EMPTY_DRAFT, type Pack } from "../types.ts";
import { parseYamlPiece, requireMapping, type YamlPiece } from "./yaml.ts";

const SCENARIO_KEYS = ["title", "scenario", "flow", "model"];

/** A YAML file: a scenario in parts, a pack index, or something else (undefined). */
export function readYamlFile(file: SourceFile, pack: Pack): Draft | { packIndex: YamlPiece } | undefined {
  const piece = parseYamlPiece(file, file.text, 0, file.text.length);
  const root = piece.root?.node;
  if (!isMap(root)) {
    if (/^pack[ \t]*:/m.test(file.text)) return { packIndex: piece };
    return looksLikeScenario(file.text) ? unreadable(piece, pack) : undefined;
  }
  const part = (name: string): YamlPiece | undefined => {
    const found = member(root, name);
    return (
      found && requireMapping({ ...piece, root: { source: piece.source, node: found.value } }, `\`${name}\``)
    );
  };
  const packIndex = part("pack");
  if (packIndex) return { packIndex };
  const [meta, flow, model] = [part("scenario"), part("flow"), part("model")];
  if (!meta && !flow && !member(root, "title")) return undefined;

  const diagnostics = new Diagnostics(pack);
  for (const found of [meta, flow, model]) diagnostics.all.push(...(found?.diagnostics ?? []));
  for (const { key } of root.items) {
    const name = isScalar(key) ? String(key.value ?? "") : "";
    if (!isNode(key) || SCENARIO_KEYS.includes(name)) continue;
    diagnostics.ownRule(atNode(piece.source, key), {
      code: "unknown-key",
      message: `unknown key \`${name}\``,
      hint: suggestion(name, SCENARIO_KEYS),
    });
  }
  if (!meta) {
    diagnostics.error(atNode(piece.source, root), {
      code: "missing-metadata",
      message: "the file has no `scenario` mapping",
      hint: "Put `id`, `surface`, `objective` and the other metadata below `scenario:`.",
    });
  }
  if (meta?.root) moveTitle(root, meta.root, diagnostics);
  return {
    form: "yaml",
    meta: meta?.root,
    flow: flow?.root,
    hasFlow: flow !== undefined,
    flowAdvice: "Add a top-level `flow:` that holds `steps`.",
    modelScript: model?.root,
    examples: undefined,
    prose: "",
    heading: undefined,
    stepNames: [],
    start: file.text.search(/^scenario[ \t]*:/m),
    diagnostics,
  };
}

/** The title may stand at the top of the file; it becomes a member of the metadata, with its place. */
function moveTitle(root: YAMLMap, meta: LocatedNode, diagnostics: Diagnostics): void {
  const isTitle = (pair: Pair): boolean => isScalar(pair.key) && pair.key.value === "title";
  const outer = root.items.find(isTitle);
  if (!outer || !isMap(meta.node)) return;
  const inner = meta.node.items.find(isTitle);
  if (!inner) {
    meta.node.items.unshift(outer);
    return;
  }
  if (!isScalar(inner.value) || !isScalar(outer.value) || inner.value.value === outer.value.value) return;
  diagnostics.error(atNode(meta.source, inner.value), {
    code: "title-conflict",
    message: `the title is \`${inner.value.value}\` here and \`${outer.value.value}\` at the top of the file`,
    hint: "Keep the one at the top.",
  });
}

function looksLikeScenario(text: string): boolean {
  return /^(?:scenario|flow)[ \t]*:/m.test(text);
}

function unreadable(piece: YamlPiece, pack: Pack): Draft {
  const diagnostics = new Diagnostics(pack);
  diagnostics.all.push(...requireMapping(piece, "the file").diagnostics);
  return { ...EMPTY_DRAFT, form: "yaml", diagnostics };
}
