import { type Account, type Act, since } from "./account.ts";
import { type Chain, Links } from "./links.ts";

/** From a skill's file to the gateway that knows of it. */
export function skillChain(account: Account, { at, name }: Extract<Act, { kind: "skill" }>): Chain {
  const noticed = since(account.records, at).find(
    ({ event, facts }) =>
      event === "skills-noticed" && Array.isArray(facts.skills) && facts.skills.includes(name),
  );
  return new Links(at, account.isTraced)
    .shown("written", { at })
    .told("noticed", noticed)
    .chain("skill", name);
}
