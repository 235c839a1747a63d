import { rateOverObjective } from "./complaint.ts";
import { type Counts, share } from "./counts.ts";
import type { Gate, GateVerdict } from "./state.ts";
import { accepted, wayToPass } from "./step.ts";
import { logAgainstStable, stableBroke } from "./stretch.ts";

export type { GateVerdict } from "./state.ts";

/**
 * The outcome now.
 *
 * @param baked whether the step's bake time is over: before that nothing passes. After it `wait` is the caller's to bound.
 */
export function verdictOf(gate: Gate, baked: boolean): GateVerdict {
  if (gate.failed) return gate.failed;
  const { settings, step } = gate;
  if (holds(gate)) return verdict(gate, "wait", bothReason(gate), true);
  if (!accepted(step, settings)) return verdict(gate, "wait", waitReason(gate));
  if (!baked) return verdict(gate, "wait", "good so far, the bake goes on");
  return verdict(
    gate,
    "pass",
    `no worse than stable and within the objective: ${sentenceOf(step, settings.indicator)}`,
  );
}

/** The failure, if what this gate saw is enough. */
export function latch(gate: Gate): GateVerdict | undefined {
  return gate.complaint.rate <= gate.settings.falseAlarm ? failure(gate) : undefined;
}

/** @param others what else spoke against it, where this alone isn't enough */
export function failure(gate: Gate, others: readonly string[] = []): GateVerdict {
  const { complaint, settings } = gate;
  const over = complaint.what === "over the objective" ? ` of ${percent(settings.objective)}` : "";
  const too = others.length > 0 ? `, and so says ${others.join(" and ")}` : "";
  const method = `${complaint.what}${over}${too}`;
  const failed = verdict(gate, "fail", "");
  return { ...failed, method, reason: failureText(settings.indicator, { ...failed, method }) };
}

/** The sentence that decides, and the method behind it. @param names of the tracks, where they are known */
export function failureText(
  indicator: string,
  {
    method,
    counted = indicator,
    ...tracks
  }: Pick<GateVerdict, "method" | "counted" | "candidate" | "stable">,
  names?: TrackNames,
): string {
  return `${indicator}: ${sentenceOf(tracks, counted, names)}; ${method}`;
}

/** Both break the objective, and nothing says that the candidate does so more than stable. */
export function holds(gate: Gate): boolean {
  const { absoluteStretch, settings } = gate;
  // The cheap question first: this is asked at each interval, and stable is mostly well.
  return (
    stableBroke(absoluteStretch, settings.objective) &&
    rateOverObjective(gate) <= settings.falseAlarm &&
    logAgainstStable(absoluteStretch) < -Math.log(settings.falseAlarm)
  );
}

function verdict(gate: Gate, outcome: GateVerdict["outcome"], reason: string, hold = false): GateVerdict {
  const { complaint, step, settings } = gate;
  const toFail = Math.log(complaint.rate) / Math.log(settings.falseAlarm);
  const tempered = outcome === "fail" ? "" : temperedText(gate.requests.phi);
  return {
    outcome,
    hold,
    reason: `${settings.indicator}: ${reason}${tempered}`,
    toFail: outcome === "fail" ? 1 : Math.max(0, Math.min(1, toFail)),
    toPass: outcome === "pass" ? 1 : wayToPass(step, settings),
    candidate: { ...step.candidate },
    stable: { ...step.stable },
    bursts: gate.requests.phi,
  };
}

/** From this dispersion on it is said that stable's past tempers the evidence. */
const TOLD_BURSTS = 8;

/** That what stable has suffered tempers the evidence, and by how much; nothing where it hardly does. */
export function temperedText(phi: number): string {
  return phi < TOLD_BURSTS
    ? ""
    : `; stable's bad requests came in bursts, so each counts for a ${Math.round(phi)}th of one`;
}

function waitReason({ step, settings }: Gate): string {
  const { requests } = step.candidate;
  if (requests === 0) return "no data from the candidate";
  if (requests < settings.minRequests) return `${requests} of at least ${settings.minRequests} requests`;
  return "not enough evidence yet";
}

function bothReason({ absoluteStretch: { candidate, stable } }: Gate): string {
  return `both tracks break the objective (candidate ${percent(share(candidate))}, stable ${percent(share(stable))}): hold and page`;
}

export interface TrackNames {
  candidate: string;
  stable: string;
}

const UNNAMED: TrackNames = { candidate: "candidate", stable: "stable" };

/**
 * What a person reads of both tracks, such as "green: 29 of 546 requests failed (5.3 %), blue 0 of 5,446", or
 * "green: 12 % of answers over 400 ms (65 of 546), blue 1 % (54 of 5,446)".
 */
export function sentenceOf(
  { candidate, stable }: { candidate: Counts; stable: Counts },
  indicator: string,
  names: TrackNames = UNNAMED,
): string {
  const [over] = /^over [\d.]+ ms/.exec(indicator) ?? [];
  if (over !== undefined) {
    const versus = stable.requests > 0 ? `, ${names.stable} ${percent(share(stable))} (${of(stable)})` : "";
    return `${names.candidate}: ${percent(share(candidate))} of answers ${over} (${of(candidate)})${versus}`;
  }
  const failed = indicator === "errors" ? " requests failed" : "";
  const versus = stable.requests > 0 ? `, ${names.stable} ${of(stable)}` : "";
  return `${names.candidate}: ${of(candidate)}${failed} (${percent(share(candidate))})${versus}`;
}

function of({ bad, requests }: Counts): string {
  return `${bad.toLocaleString("en")} of ${requests.toLocaleString("en")}`;
}

/** Two digits of it. */
function percent(value: number): string {
  return `${Number((100 * value).toPrecision(2))} %`;
}
