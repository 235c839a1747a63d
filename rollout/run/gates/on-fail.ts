import type { OnFail } from "../../core/plan.ts";
import type { Failing } from "../../core/verdict.ts";
import type { GateEvidence } from "./indicator.ts";

interface Sorted {
  /** Those that decide: all but the next two. */
  deciding: GateEvidence[];
  /** Gates that have failed, and of which the plan says that a person is to look, or that people are told. */
  pauses?: Failing;
  tells?: Failing;
}

/** What the gates that fail do by the plan (argo-rollouts#2866). What it doesn't name sends the candidate back. */
export function sorted(all: readonly GateEvidence[], onFail: Readonly<Record<string, OnFail>> = {}): Sorted {
  const what = ({ name, outcome }: GateEvidence): OnFail =>
    outcome === "fail" ? whatFailing(name, onFail) : "roll back";
  const pauses = failing(all.filter((each) => what(each) === "pause"));
  const tells = failing(all.filter((each) => what(each) === "tell"));
  return {
    deciding: all.filter((each) => what(each) === "roll back"),
    ...(pauses && { pauses }),
    ...(tells && { tells }),
  };
}

/** What a gate does once it fails. @param name as screens have it */
export function whatFailing(name: string, onFail: Readonly<Record<string, OnFail>> = {}): OnFail {
  return onFail[keyOf(name)] ?? "roll back";
}

/** The config's name of a gate: screens have its figure in it. */
function keyOf(name: string): string {
  if (/^over [\d.]+ ms/.test(name)) return "latency";
  if (name.startsWith("errors ")) return "errors";
  if (name.startsWith("fewer ")) return name.slice("fewer ".length);
  return name.startsWith("burn rate") ? "burnRate" : name;
}

function failing(gates: readonly GateEvidence[]): Failing | undefined {
  if (gates.length === 0) return undefined;
  return { gates: gates.map(({ name }) => name), reason: gates.map(({ reason }) => reason).join("; ") };
}
