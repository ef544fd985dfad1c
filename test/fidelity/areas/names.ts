import type { Area } from "../area.ts";
import { embeddedGateway, helloOk } from "../embedded.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

const LISTS = ["src/gateway/events.ts", "src/gateway/server-methods-list.ts"];

/** The names in `hello-ok`. That a method is there says nothing about its parameters and its answer. */
export const area: Area = {
  title: "Names of methods and events",
  async compare(release) {
    const { features } = await helloOk(await embeddedGateway());
    const { methods, events } = features as { methods: string[]; events: string[] };
    const theirs = await namesOf(release);
    return [
      ...Finding.names(theirs.methods, methods),
      ...Finding.names(theirs.events.map(asEvent), events.map(asEvent)),
    ];
  },
};

/** Some events are named like a method. */
const asEvent = (name: string) => `event ${name}`;

async function namesOf(release: Release): Promise<{ methods: string[]; events: string[] }> {
  if (release.version === "2026.4.26") {
    return {
      methods: await release.takeFromRegions<string[]>("BASE_METHODS", "server.impl", LISTS),
      events: await release.takeFromRegions<string[]>("GATEWAY_EVENTS", "server.impl", LISTS),
    };
  }
  const list = await release.take<() => string[]>("listGatewayMethods", "server-methods-list");
  return {
    methods: list(),
    events: await release.take<string[]>("GATEWAY_EVENTS", "server-methods-list"),
  };
}
