import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Scenario } from "../scenario/types.ts";
import type { RunCapabilities } from "./capabilities.ts";
import { type Eligibility, eligibilityOf, type Reason } from "./eligibility.ts";
import { type Selected, type Selection, type SelectionProblem, selectScenarios } from "./selection.ts";

type Because = { scenario: Scenario } & Reason;

/** What a run will do with a selection, before anything is compiled or started. */
export interface Plan {
  /** What its report will hold, in catalog order: the scenarios that run, and the skipped ones. */
  scenarios: PlannedScenario[];
  /** Those of `scenarios` that are skipped, for instance by a guard that is not set. */
  skipped: Because[];
  /** Chosen, but for other gateways. */
  notApplicable: Because[];
  /** Named, but cannot run: an error. */
  refused: Because[];
  /** Why the selection cannot be what was meant. */
  problems: SelectionProblem[];
  /** Errors in chosen files that could not be read. */
  diagnostics: Diagnostic[];
}

interface PlannedScenario extends Selected {
  eligibility: Extract<Eligibility, { kind: "run" | "skip" }>;
}

/** Decides what a run with these capabilities does with each scenario that is chosen. Never throws. */
export function planRun(catalog: Catalog, selection: Selection, capabilities: RunCapabilities): Plan {
  const { selected, problems, unreadable } = selectScenarios(catalog, selection);
  const plan: Plan = {
    scenarios: [],
    skipped: [],
    notApplicable: [],
    refused: [],
    problems,
    diagnostics: unreadable,
  };
  for (const choice of selected) {
    const { scenario } = choice;
    const eligibility = eligibilityOf(choice, capabilities);
    switch (eligibility.kind) {
      case "refuse":
        plan.refused.push({ scenario, ...eligibility });
        break;
      case "notApplicable":
        plan.notApplicable.push({ scenario, ...eligibility });
        break;
      case "skip":
        plan.skipped.push({ scenario, ...eligibility });
        plan.scenarios.push({ ...choice, eligibility });
        break;
      case "run":
        plan.scenarios.push({ ...choice, eligibility });
    }
  }
  return plan;
}
