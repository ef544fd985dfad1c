import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError } from "../errors.ts";
import type { JsonObject } from "../gateway/gateway.ts";
import { RpcError } from "../gateway/rpc-errors.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";
import { mutateConfig } from "./config.ts";
import { waitForChannelReady } from "./gateway.ts";
import { waitIn } from "./wait.ts";

const READY_MS = 60_000;
const IMAGE_PROVIDER = "openai";
const IMAGE_MODEL = "gpt-image-1";
/** Clocks of file systems are coarser than those of programs. */
const MTIME_SLACK_MS = 1_000;

/** Gives the agent a model that makes images: the scripted one, which serves the images API as well. */
export async function ensureImageGeneration(context: ActionContext): Promise<void> {
  if (!context.model) {
    throw new BlockedError("scripted-model", "images come from the scripted model; the run uses a live one");
  }
  try {
    await mutateConfig(context, "config.patch", imageConfig(context.model.v1Url), {});
  } catch (error) {
    throw refusesImages(error) ?? error;
  }
  await context.gateway.waitHealthy(READY_MS, context.signal());
  await waitForChannelReady(context, READY_MS);
}

function imageConfig(baseUrl: string): JsonObject {
  return {
    plugins: { entries: { [IMAGE_PROVIDER]: { enabled: true } } },
    agents: { defaults: { imageGenerationModel: { primary: `${IMAGE_PROVIDER}/${IMAGE_MODEL}` } } },
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

/** A gateway that cannot make images does not know how they would be configured. */
function refusesImages(error: unknown): BlockedError | undefined {
  if (!(error instanceof RpcError) || !/imageGenerationModel/.test(`${error.message} ${error.details}`))
    return undefined;
  return new BlockedError(
    "image-generation",
    "this gateway lacks `image-generation`: its config knows no agents.defaults.imageGenerationModel",
  );
}

interface ImageRequest {
  promptSnippet: string;
  startedAtMs: number;
  timeoutMs?: number;
}

/** The image that a turn made: named in the tool's result that the model got, or lying in the media folder. */
function generatedImage(context: ActionContext, request: ImageRequest): Promise<string> {
  const { promptSnippet, startedAtMs, timeoutMs } = request;
  return waitIn(
    context,
    `an image made in a turn with ${JSON.stringify(promptSnippet)}`,
    async () =>
      namedInRequests(context, promptSnippet) ?? (await newestMedia(context, startedAtMs - MTIME_SLACK_MS)),
    { timeoutMs },
  );
}

function namedInRequests({ model }: ActionContext, promptSnippet: string): string | undefined {
  const requests = model?.requests.filter(({ allInputText }) => allInputText.includes(promptSnippet)) ?? [];
  return requests
    .toReversed()
    .map(({ toolOutput }) => mediaPathIn(toolOutput))
    .find((path) => path !== undefined);
}

async function newestMedia({ gateway }: ActionContext, sinceMs: number): Promise<string | undefined> {
  if (!gateway.capabilities.has("workspace")) return undefined;
  const folder = join(gateway.stateDir, "media", "tool-image-generation");
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      mtimeMs: (await stat(join(folder, name))).mtimeMs,
    })),
  );
  const fresh = files.filter(({ mtimeMs }) => mtimeMs >= sinceMs).sort((a, b) => b.mtimeMs - a.mtimeMs);
  return fresh[0]?.path;
}

/** Path or URL of the first media file that a tool's result names, given as the JSON text that the model gets. */
export function mediaPathIn(text: string | undefined): string | undefined {
  let result: unknown;
  try {
    result = JSON.parse(text ?? "");
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

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export const imageActions = actionsOf("images", (define) => ({
  ensureImageGenerationConfigured: define({
    summary:
      "Configures an image model for the agent, which the scripted model plays, and waits until the gateway has it. A gateway that knows no such config ends the scenario as *blocked*.",
    params: [ENV_PARAMETER],
    returns: "nothing",
    budgetMs: () => 240_000,
    run: (context) => ensureImageGeneration(context),
  }),
  resolveGeneratedImagePath: define({
    summary: "Waits for the image that a turn made, and returns its path.",
    params: [
      {
        name: "request",
        type: "{ env, promptSnippet, startedAtMs, timeoutMs? }",
        description:
          "`promptSnippet`: part of the turn's prompt; `startedAtMs`: older files do not count; `timeoutMs`: default 15 000",
      },
    ],
    returns: "absolute path",
    effect: "reads",
    budgetMs: ([request]) => (request as ImageRequest | undefined)?.timeoutMs ?? 15_000,
    run: generatedImage,
  }),
  extractMediaPathFromText: define({
    summary: "Path of the media file that a tool's result names, or undefined.",
    params: [
      {
        name: "text",
        type: "unknown",
        description: "the result as JSON text, for instance `request.toolOutput`",
      },
    ],
    returns: "string or undefined",
    effect: "reads",
    run: (_context, text: string | undefined) => mediaPathIn(text),
  }),
}));
