import type { History, MetricSecond } from "../../core/verdict.ts";
import type { GateEvidence } from "./indicator.ts";

/** What is compared: the newest minutes that both have. */
const COMPARED_SECONDS = 600;
/** Below it a difference is of the edges of minutes and of requests that are under way. */
const FEW = 100;
/** So much may differ: a server's last lines when it goes, a client that the balancer answered itself. */
const USUAL = 0.02;

const NAME = "both counts";

/**
 * Whether the servers' count and the balancer's of the same minutes agree. It decides nothing: what never reached a server is judged by
 * the balancer's own count, and where the servers tell nothing that is taken instead.
 *
 * @returns undefined where there is one count only, or nothing to compare yet
 */
export function compareCounts({ seconds, late, stable, candidate }: History): GateEvidence | undefined {
  const last = late?.seconds.at(-1);
  const newest = seconds.at(-1);
  if (!late || !last || !newest) return undefined;
  const until = Math.min(last.epochSecond, newest.epochSecond) + 1;
  const counted = (all: readonly MetricSecond[], track: string) =>
    sumOf(all, track, until - COMPARED_SECONDS, until);
  const texts = [...new Set([stable, candidate])].flatMap((track) => {
    const [own, whole] = [counted(seconds, track), counted(late.seconds, track)];
    const most = Math.max(own.requests, whole.requests);
    const differ = Math.abs(own.requests - whole.requests) + Math.abs(own.errors - whole.errors);
    if (most < FEW || differ <= USUAL * most) return [];
    return [
      `of ${track} the balancer counted ${whole.requests} requests and ${whole.errors} errors, its servers ${own.requests} and ${own.errors}`,
    ];
  });
  const reason =
    texts.length === 0 ? "the servers and the balancer agree" : `they differ: ${texts.join("; ")}`;
  return { name: NAME, outcome: "pass", hold: false, reason: `${NAME}: ${reason}`, toFail: 0, toPass: 1 };
}

function sumOf(all: readonly MetricSecond[], track: string, from: number, until: number) {
  const sum = { requests: 0, errors: 0 };
  for (let index = all.length - 1; index >= 0; index -= 1) {
    const { epochSecond, tracks } = all[index] as MetricSecond;
    if (epochSecond < from) break;
    if (epochSecond >= until) continue;
    sum.requests += tracks[track]?.requests ?? 0;
    sum.errors += tracks[track]?.errors ?? 0;
  }
  return sum;
}
