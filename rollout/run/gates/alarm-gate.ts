import type { History } from "../../core/verdict.ts";
import type { GateEvidence } from "./indicator.ts";

/**
 * The platform's own alarms as a gate. When an alarm of the candidate is on, the gate fails. When one of stable is on
 * too, it holds: then the candidate isn't to blame, and stable is no place to go back to.
 *
 * An alarm that was on before the candidate had traffic says nothing about it, because its servers were being
 * replaced. But it must go off before anything passes. Alarms that can't be read let nothing pass either.
 *
 * @returns undefined where there are no alarms for the candidate
 */
export function alarmVerdict({ alarms, steps, baked }: History): GateEvidence | undefined {
  if (!alarms) return undefined;
  if ("error" in alarms) return told("wait", `can't be read (${alarms.error})`);
  const { candidate, stable } = alarms;
  if (candidate.length === 0) return undefined;
  const mine = candidate.filter(({ state }) => state === "ALARM");
  const theirs = stable.filter(({ state }) => state === "ALARM");
  if (mine.length > 0 && theirs.length > 0)
    return told("wait", `on for both tracks (${namesOf([...mine, ...theirs])}): hold and page`, true);
  const began = (steps[0]?.from ?? 0) * 1000;
  const news = mine.filter(({ since = Number.POSITIVE_INFINITY }) => since >= began);
  if (news.length > 0)
    return told("fail", news.map(({ name, reason }) => `${name} is on (${reason})`).join("; "));
  if (mine.length > 0) return told("wait", `${namesOf(mine)} was on before the candidate had traffic`);
  const unknown = candidate.filter(({ state }) => state !== "OK");
  if (unknown.length > 0) return told("wait", `${namesOf(unknown)} has no data yet`);
  if (!baked) return told("wait", "off so far, the bake goes on", false, 1);
  return told("pass", `${namesOf(candidate)} is off`);
}

function told(outcome: GateEvidence["outcome"], reason: string, hold = false, toPass = 0): GateEvidence {
  return {
    name: "alarms",
    outcome,
    hold,
    reason: `alarms: ${reason}`,
    toFail: outcome === "fail" ? 1 : 0,
    toPass: outcome === "pass" ? 1 : toPass,
  };
}

function namesOf(alarms: readonly { name: string }[]): string {
  return alarms.map(({ name }) => name).join(", ");
}
