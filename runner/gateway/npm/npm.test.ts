import { expect, test } from "vitest";
import { npmWords } from "./npm.ts";

test("of npm's words those are shown that help who reads them", () => {
  const said = `npm error code ERESOLVE
npm error While resolving: desk@1.0.0
npm error
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/openclaw failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/node_modules/minipass-fetch/lib/index.js:130:14)
npm error     at process.processTicksAndRejections (node:internal/process/task_queues:90:21) {
npm error   code: 'ECONNREFUSED',
npm error   type: 'system'
npm error }
npm error
npm error If you are behind a proxy, please make sure that the 'proxy' config is set properly.
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log
`;
  expect(npmWords(said).split("\n")).toEqual([
    "npm error code ERESOLVE",
    "npm error While resolving: desk@1.0.0",
    "npm error errno ECONNREFUSED",
    expect.stringMatching(/^npm error FetchError: request to .* 127\.0\.0\.1:9$/),
    expect.stringMatching(/^npm error If you are behind a proxy/),
  ]);
});
