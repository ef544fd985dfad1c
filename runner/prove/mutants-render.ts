import { shorten } from "../base/text.ts";
import { element } from "../report/reporters/junit/xml.ts";
import { folderOf } from "./mutants.ts";
import type { MutantsReport, ReportedMutant } from "./mutants-schema.ts";
import { caseOf, junitOf } from "./render.ts";

/** Rows for people: how many of each folder, or of each operator, are noticed. */
export function tallyRows(of: string, tally: MutantsReport["folders"]): string[][] {
  return [
    [of, "mutants", "noticed", "score"],
    ...tally.map(({ name, drawn, killed, percent }) => [name, String(drawn), String(killed), `${percent} %`]),
  ];
}

/** Rows for people: those that nobody notices. */
export function mutantRows(mutants: readonly ReportedMutant[]): string[][] {
  return [
    ["not noticed", "place", "change", "because"],
    ...mutants
      .filter(({ state }) => state !== "killed")
      .map((mutant) => [
        mutant.id,
        placeOf(mutant),
        shorten(changeOf(mutant), SHOWN_CHARS),
        reasonOf(mutant),
      ]),
  ];
}

function placeOf({ path, line }: ReportedMutant): string {
  return `${path}:${line}`;
}

function changeOf({ operator, before, after }: ReportedMutant): string {
  return `${operator}: ${before} → ${after || "nothing"}`;
}

/** A table is to be read; all of it is in the report and the file of mutants. */
const SHOWN_CHARS = 100;

function reasonOf({ state, passedBy, tried, why }: ReportedMutant): string {
  switch (state) {
    case "survived":
      return passedBy === 1
        ? "the one scenario that comes by it passes"
        : `all ${passedBy} scenarios that come by it pass`;
    case "left":
      return `tried with ${tried} of ${passedBy} scenarios`;
    default:
      return `${state}: ${why ?? ""}`;
  }
}

/** As JUnit XML: a suite for each folder, a test case for each mutant. One that nobody notices is a failure. */
export function renderMutantsJunit({ mutants, falseAlarms }: MutantsReport): string {
  const suites = [...Map.groupBy(mutants, folderOf)].map(([folder, own]) => {
    const cases = own.map((mutant) =>
      caseOf(placeOf(mutant), `${mutant.id} ${changeOf(mutant)}`, [outcomeOf(mutant)]),
    );
    const count = (...states: ReportedMutant["state"][]) =>
      own.filter(({ state }) => states.includes(state)).length;
    const counts = {
      tests: own.length,
      failures: count("survived"),
      errors: count("broke"),
      skipped: count("left", "equivalent", "out-of-scope"),
    };
    return element("testsuite", { name: folder, ...counts }, cases);
  });
  return junitOf("gateway-qa prove --generated", "no mutant", falseAlarms, suites);
}

function outcomeOf(mutant: ReportedMutant): string {
  const { state, by = "", at = "", why = "" } = mutant;
  switch (state) {
    case "killed":
      return element("system-out", {}, `${by}: ${at}`);
    case "survived":
      return element("failure", { type: "survived", message: reasonOf(mutant) });
    case "broke":
      return element("error", { type: "broke", message: why });
    default:
      return element("skipped", { message: reasonOf(mutant) });
  }
}
