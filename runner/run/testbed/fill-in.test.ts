// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what texts of front matter hold
import { expect, test } from "vitest";
import { fillIn } from "./fill-in.ts";

const values = { http: { tides: "http://127.0.0.1:1/t/tides" }, row: { size: 3, name: "three" } };

test("addresses and columns are filled in; what else has a dollar is the gateway's", () => {
  const config = {
    url: "${http.tides}/v1",
    count: "${row.size}",
    list: ["${row.name} of ${row.size}", 7, null],
    own: "${API_KEY} ${http.other} ${row.toString}",
    literal: "$${http.tides}",
  };
  expect(fillIn(config, values)).toEqual({
    url: "http://127.0.0.1:1/t/tides/v1",
    count: 3,
    list: ["three of 3", 7, null],
    own: "${API_KEY} ${http.other} ${row.toString}",
    literal: "${http.tides}",
  });
});
