/** A skill as the catalogue in the system prompt names it. */
export interface CatalogueSkill {
  name: string;
  description: string;
  /** Path of its SKILL.md, as the read tool takes it. */
  location: string;
}

const CATALOGUE = /<available_skills>([\s\S]*?)<\/available_skills>/g;
const SKILL = /<skill>([\s\S]*?)<\/skill>/g;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", "#39": "'" };

/** Words that say nothing about what a message is about. */
const COMMON_WORDS = new Set(
  `about above after again agent all also and any are ask asks back been before but can check could does
   for from get give gives had has have her here him his how into its just know let like make may more
   new not now off one only other our out over please reply respond answer say says same send she should
   some such tell text than that the their them then there these they this those tool use used user uses
   using very want wants was way were what when where which while who why will with would you your
   message messages skill skills exactly exact`.split(/\s+/),
);

/** Skills of the last catalogue in the prompt. */
export function catalogueSkills(instructions: string): CatalogueSkill[] {
  const catalogue = [...instructions.matchAll(CATALOGUE)].at(-1)?.[1] ?? "";
  return [...catalogue.matchAll(SKILL)].flatMap(([, body = ""]) => {
    const skill = {
      name: element(body, "name"),
      description: element(body, "description"),
      location: element(body, "location"),
    };
    return skill.name && skill.location ? [skill] : [];
  });
}

/**
 * The skill that a message is about. A skill fits when the message has its name, or at least two
 * significant words in common with its name and description. Of several, the one with its name in
 * the message wins, then the one with more words in common, then the first of the catalogue.
 */
export function fittingSkill(message: string, skills: readonly CatalogueSkill[]): CatalogueSkill | undefined {
  const said = significantWords(withoutMetadata(message));
  const phrase = ` ${words(message).join(" ")} `;
  const scored = skills.map((skill) => {
    const named = phrase.includes(` ${words(skill.name).join(" ")} `);
    const common = significantWords(`${skill.name} ${skill.description}`).intersection(said).size;
    return { skill, score: (named ? 1_000 : 0) + common };
  });
  const best = scored.toSorted((a, b) => b.score - a.score)[0];
  return best && best.score >= 2 ? best.skill : undefined;
}

function element(body: string, tag: string): string {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? "";
  return text.trim().replace(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/** Channels put facts about a message in front of it as fenced JSON; they are not what the user says. */
function withoutMetadata(message: string): string {
  return message.replaceAll(/```json[\s\S]*?```/g, "");
}

function significantWords(text: string): Set<string> {
  return new Set(words(text).filter((word) => word.length > 2 && !COMMON_WORDS.has(word)));
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
