import type { HttpRequest } from "../../http/fakes.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { type Event, expectEvent } from "../scene/expect.ts";
import { expectNone, IN_THE_STEP } from "../scene/expect-none.ts";
import { ANY, BOOLEAN, matcherOf, NOTHING, NUMBER, OBJECT, record, STRING } from "../schema.ts";
import { asRecorded } from "./as-recorded.ts";

const HTTP_REQUEST = record(
  {
    service: { ...STRING, nameOf: "http", description: "name of the fake in the front matter's `http`" },
    method: STRING,
    path: { ...STRING, description: "a query that is written behind it is matched as `query`" },
    query: { ...OBJECT, description: "names and texts" },
    headers: { ...OBJECT, lowerCaseNames: true, description: "names in lower case" },
    body: { ...STRING, description: "as it came" },
    status: { ...NUMBER, description: "of the answer" },
    answered: { ...BOOLEAN, description: "false: the fake has no answer for it, and gave 404" },
  },
  { json: { ...ANY, description: "the body, where it is JSON" } },
);

/** Of which the path is meant where a text stands for it. */
const ASKED = { ...HTTP_REQUEST, asText: "path" } as const;

const DECLARED = {
  key: "http",
  example: "http: { weather: [{ path: /today, json: { sky: clear } }] }",
} as const;

function requestsOf({ scene }: ActionContext) {
  return {
    kind: "http request",
    what: "a request to a fake",
    list: () =>
      scene.httpRequests.map(({ index, request }): Event<HttpRequest> => ({ index, value: request })),
  };
}

export const httpStatements = actionsOf("http", (define) => ({
  expectRequest: define({
    summary:
      "The first request to a fake of the front matter's `http` that fits and that no other statement has taken.",
    params: { request: matcherOf(ASKED, "the request; a text stands for its path") },
    main: "request",
    returns: HTTP_REQUEST,
    statement: "counts",
    effect: "converses",
    declared: DECLARED,
    run: async (context, { request }) =>
      (await expectEvent(context, requestsOf(context), asRecorded(request))).value,
  }),
  expectNoRequest: define({
    summary: `No request to a fake of the front matter's \`http\` that fits ${IN_THE_STEP}`,
    params: {
      request: {
        ...matcherOf(ASKED, "the request; a text stands for its path; default: any"),
        optional: true,
      },
    },
    main: "request",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    declared: DECLARED,
    run: async (context, { request }) =>
      expectNone(
        context,
        { ...requestsOf(context), of: "http" },
        { by: "expectNoRequest", matcher: request && asRecorded(request) },
      ),
  }),
}));
