import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError } from "../../base/errors.ts";
import { type JsonObject, listOf } from "../../base/json.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import { createSession } from "../agent/sessions.ts";
import { mutateConfig } from "../config/config.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { effectiveTools } from "../extensions/tools.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { milliseconds, NOTHING, NUMBER, STRING, type ValuesOf } from "../schema.ts";
import { waitIn } from "../wait.ts";

const READY_MS = 60_000;
const IMAGE_PROVIDER = "openai";
const IMAGE_MODEL = "gpt-image-1";
const IMAGE_TOOL = "image_generate";
const PRIMARY = { primary: `${IMAGE_PROVIDER}/${IMAGE_MODEL}` };
/** Where releases keep the model, newest first; they refuse what they do not know. */
const IMAGE_MODEL_SPELLINGS: readonly { key: string; defaults: JsonObject }[] = [
  { key: "mediaModels", defaults: { mediaModels: { image: PRIMARY } } },
  { key: "imageGenerationModel", defaults: { imageGenerationModel: PRIMARY } },
];
/** What the tool answers in a release that runs without the provider's plugin. */
const NO_PROVIDER = /no image-generation provider registered/i;
/** File systems keep coarser time than programs. */
const MTIME_SLACK_MS = 1_000;

/** Gives the agent a model that makes images: the scripted one, which serves the images API as well. */
export async function ensureImageGeneration(context: ActionContext): Promise<void> {
  if (!context.model) {
    throw new BlockedError("scripted-model", "images come from the scripted model; the run uses a live one");
  }
  await configureImageModel(context, context.model.v1Url);
  await context.waitHealthy(READY_MS);
  await waitForChannelReady(context, READY_MS);
  const session = await createSession(context, "Image check", `agent:${context.agentId}:image-check`);
  const tools = await effectiveTools(context, session);
  if (!tools.has(IMAGE_TOOL))
    throw missing(`it does not offer ${IMAGE_TOOL}, though a model for it is configured`);
}

/** The first spelling that this gateway accepts. */
async function configureImageModel(context: ActionContext, modelUrl: string): Promise<void> {
  for (const { key, defaults } of IMAGE_MODEL_SPELLINGS) {
    try {
      await mutateConfig(context, "config.patch", imageConfig(modelUrl, defaults), {});
      return;
    } catch (error) {
      if (!(error instanceof RpcError) || !`${error.message} ${error.details}`.includes(key)) throw error;
    }
  }
  throw missing("its config has no place for a model that makes images");
}

function imageConfig(baseUrl: string, defaults: JsonObject): JsonObject {
  return {
    plugins: { entries: { [IMAGE_PROVIDER]: { enabled: true } } },
    agents: { defaults },
    models: {
      providers: {
        [IMAGE_PROVIDER]: {
          baseUrl,
          apiKey: "test",
          api: "openai-responses",
          request: { allowPrivateNetwork: true },
          models: [],
        },
      },
    },
  };
}

function missing(reason: string): BlockedError {
  return new BlockedError("image-generation", `this gateway lacks \`image-generation\`: ${reason}`);
}

const IMAGE_PARAMS = {
  promptSnippet: { ...STRING, description: "part of the turn's prompt" },
  startedAtMs: { ...NUMBER, description: "older files do not count" },
  timeoutMs: milliseconds(15_000),
} as const;

/** The image that a turn made: named in the tool's result that the model got, or lying in the media folder. */
function generatedImage(context: ActionContext, request: ValuesOf<typeof IMAGE_PARAMS>): Promise<string> {
  const { promptSnippet, startedAtMs, timeoutMs } = request;
  return waitIn(
    context,
    `an image made in a turn with ${JSON.stringify(promptSnippet)}`,
    async () => {
      const results = toolResults(context, promptSnippet);
      if (results.some((result) => NO_PROVIDER.test(result)))
        throw missing("none of its plugins makes images");
      const named = results.map(mediaPathIn).findLast((path) => path !== undefined);
      return named ?? (await newestMedia(context, startedAtMs - MTIME_SLACK_MS));
    },
    { timeoutMs },
  );
}

/** What tools returned in the turns whose prompt holds the snippet, oldest first. */
function toolResults({ model }: ActionContext, promptSnippet: string): string[] {
  const requests = model?.requests.filter(({ allInputText }) => allInputText.includes(promptSnippet)) ?? [];
  return requests.map(({ toolOutput }) => toolOutput);
}

async function newestMedia({ gateway }: ActionContext, sinceMs: number): Promise<string | undefined> {
  if (!gateway.capabilities.has("workspace")) return undefined;
  const folder = join(gateway.stateDir, "media", "tool-image-generation");
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(names.map((name) => fileAt(join(folder, name))));
  const fresh = files.flatMap((file) => (file && file.mtimeMs >= sinceMs ? [file] : []));
  return fresh.sort((a, b) => b.mtimeMs - a.mtimeMs)[0]?.path;
}

/** Undefined when it is gone again, like a file that its writer has renamed. */
async function fileAt(path: string): Promise<{ path: string; mtimeMs: number } | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? { path, mtimeMs: stats.mtimeMs } : undefined;
}

/** Path or URL of the first media file that a tool's result names, given as the JSON text that the model gets. */
export function mediaPathIn(text: unknown): string | undefined {
  let result: unknown;
  try {
    result = JSON.parse(String(text));
  } catch {
    return undefined;
  }
  return firstPath(((result as JsonObject | null)?.details as JsonObject | undefined)?.media);
}

function firstPath(media: unknown): string | undefined {
  if (typeof media !== "object" || media === null) return undefined;
  const { mediaUrl, path, filePath, mediaUrls, attachments } = media as JsonObject;
  const named = [mediaUrl, path, filePath, ...listOf(mediaUrls)].find(
    (value): value is string => typeof value === "string" && value.trim() !== "",
  );
  return (
    named?.trim() ??
    listOf(attachments)
      .map(firstPath)
      .find((found) => found !== undefined)
  );
}

export const imageActions = actionsOf("images", (define) => ({
  ensureImageGenerationConfigured: define({
    summary:
      "Configures an image model for the agent, served by the scripted model, and waits until the gateway has it. A gateway without the tool for it ends the scenario as *blocked*.",
    positional: ["env"],
    returns: NOTHING,
    budgetMs: () => 240_000,
    run: ensureImageGeneration,
  }),
  resolveGeneratedImagePath: define({
    summary:
      "Waits for the image that a turn made, and returns its path. Ends as *blocked* when the gateway has no plugin that makes images.",
    params: IMAGE_PARAMS,
    main: "promptSnippet",
    positional: [members("request")],
    returns: { ...STRING, description: "absolute path" },
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: generatedImage,
  }),
  extractMediaPathFromText: define({
    summary: "Path of the media file that a tool's result names, or undefined.",
    params: { text: { description: "the result as JSON text, for instance `request.toolOutput`" } },
    main: "text",
    positional: ["text"],
    returns: { ...STRING, optional: true },
    effect: "reads",
    sync: true,
    run: (_context, { text }) => mediaPathIn(text),
  }),
}));
