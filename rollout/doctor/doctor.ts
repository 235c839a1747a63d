import { setTimeout as sleep } from "node:timers/promises";
import { type Finding, unknown } from "../check/finding.ts";
import { once } from "../check/once.ts";
import { stackSettings } from "../config/settings.ts";
import type { Workplace } from "./machine.ts";
import { NEEDS } from "./needs.ts";
import { type Patient, PURPOSES, type Purpose, type Row } from "./row.ts";

/** The machine, and the stack that it is wanted for. @param stack undefined: none was named */
export function patientOf(machine: Workplace, stack: string | undefined): Patient {
  const { settings, mistakes } = settingsIn(machine.folder, stack);
  const region = settings?.region ?? machine.env.AWS_REGION ?? machine.env.AWS_DEFAULT_REGION;
  const quotas = once(async () => {
    if (stack === undefined || settings === undefined) throw new Error("no stack was named");
    return machine.quotas(stack, settings.region);
  });
  return { machine, stack, settings, mistakes, region, quotas };
}

function settingsIn(folder: string, stack: string | undefined): Pick<Patient, "settings" | "mistakes"> {
  if (stack === undefined) return { settings: undefined, mistakes: "" };
  try {
    return { settings: stackSettings(folder, stack), mistakes: "" };
  } catch (error) {
    return { settings: undefined, mistakes: (error as Error).message };
  }
}

/** Looks at everything at the same time. What isn't told in time is unknown. @param withinMs for each */
export function examine(patient: Patient, withinMs = 6_000): Promise<Row[]> {
  return Promise.all(
    Object.entries(NEEDS).map(async ([what, need]) => {
      const late = sleep(withinMs, undefined, { ref: false }).then(() => tooLate(withinMs));
      const look = (async () => need.look(patient))().catch(notTold);
      return { what, for: need.for, ...(await Promise.race([look, late])) };
    }),
  );
}

function tooLate(withinMs: number): Finding {
  return unknown(`no answer within ${withinMs / 1000} s`, "is there a network?");
}

function notTold(error: Error): Finding {
  return unknown(error.message, "mend that, and ask again");
}

/** What is lacking for each purpose, by the rows' names. */
export function lacking(rows: readonly Row[]): Record<Purpose, string[]> {
  const missing = (purpose: Purpose) =>
    rows.filter((row) => row.status === "fail" && row.for.includes(purpose)).map(({ what }) => what);
  return Object.fromEntries(PURPOSES.map((purpose) => [purpose, missing(purpose)])) as Record<
    Purpose,
    string[]
  >;
}
