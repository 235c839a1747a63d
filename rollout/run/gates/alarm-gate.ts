import { type History, secondsSince } from "../../core/verdict.ts";
import { duration } from "../../view/figures.ts";
import type { GateEvidence } from "./indicator.ts";

/** As far as a track's alarm looks back, in seconds: its long look for errors (infra/alarms/track.ts). */
export const LOOKS_BACK_SECONDS = 900;

/**
 * The platform's own alarms as a gate. When an alarm of the candidate is on, the gate fails. When one of stable is on
 * too, it holds: then the candidate isn't to blame, and stable is no place to go back to.
 *
 * An alarm that was on before the candidate had traffic says nothing about it, because its servers were being
 * replaced. But it must go off before anything passes. The same holds while an alarm may still look at a bad version that was
 * sent back just before. Alarms that can't be read let nothing pass either.
 *
 * @returns undefined where there are no alarms for the candidate
 */
export function alarmVerdict(history: History): GateEvidence | undefined {
  const { alarms, steps, baked } = history;
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
  if (news.length > 0 && mayBeOfBefore(history))
    return told(
      "wait",
      `${namesOf(news)} is on, and looks back ${duration(LOOKS_BACK_SECONDS)}: to failures of ${history.candidate} before this rollout`,
    );
  if (news.length > 0)
    return told("fail", news.map(({ name, reason }) => `${name} is on (${reason})`).join("; "));
  if (mine.length > 0) return told("wait", `${namesOf(mine)} was on before the candidate had traffic`);
  const unknown = candidate.filter(({ state }) => state !== "OK");
  if (unknown.length > 0) return told("wait", `${namesOf(unknown)} has no data yet`);
  if (!baked) return told("wait", "off so far, the bake goes on", false, 1);
  return told("pass", `${namesOf(candidate)} is off`);
}

/** Whether what an alarm looks at now may be what the track did before this rollout gave it traffic. */
function mayBeOfBefore({ seconds, steps, candidate }: History): boolean {
  const began = steps[0]?.from ?? 0;
  const now = seconds.at(-1)?.epochSecond ?? 0;
  return secondsSince(seconds, now - LOOKS_BACK_SECONDS).some(({ epochSecond, tracks }) => {
    const { errors = 0, slow = 0 } = tracks[candidate] ?? {};
    return epochSecond < began && errors + slow > 0;
  });
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
