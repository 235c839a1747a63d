import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** What the listener needs to know of a track. */
export interface WeightedTrack {
  name: string;
  /** Share of the traffic in whole percent. */
  weight: number;
  targetGroupArn: pulumi.Input<string>;
}

type Action = aws.types.input.lb.ListenerDefaultAction;
type Condition = aws.types.input.lb.ListenerRuleCondition;

/**
 * The listener's default action: the one place where weights become traffic.
 *
 * A track at weight 0 is left out. Listed with weight 0 it would keep the clients that stick to it, also when it has no
 * healthy server (ALB User Guide, "Target group weights" and "Sticky sessions"). ALB's own stickiness is always off
 * (../sessions/rules.ts says why), and explicitly, or AWS remembers what was there before.
 *
 * @throws {RangeError} if no track carries weight
 */
export function forwardAction(tracks: readonly WeightedTrack[]): Action {
  const carrying = tracks.filter(({ weight }) => weight > 0).toSorted(byName);
  if (carrying.length === 0) throw new RangeError("no track carries weight");
  return {
    type: "forward",
    forward: {
      targetGroups: carrying.map(({ targetGroupArn, weight }) => ({ arn: targetGroupArn, weight })),
      // AWS wants a duration even where it means nothing; 1 is the least it takes.
      stickiness: { enabled: false, duration: 1 },
    },
  };
}

/**
 * What takes a tester to a track whatever its weight: the request header `x-rollout-track: NAME`, or the cookie
 * `rollout-track=NAME`. Each is the condition of a rule of its own.
 */
export function testerConditions(track: string): { header: Condition[]; cookie: Condition[] } {
  const pair = `rollout-track=${track}`;
  return {
    header: [{ httpHeader: { httpHeaderName: "x-rollout-track", values: [track] } }],
    // Last in the header or followed by another: `v1` must not take the testers of `v10`.
    cookie: [{ httpHeader: { httpHeaderName: "cookie", values: [`*${pair}`, `*${pair};*`] } }],
  };
}

const PRIORITIES = { header: 100, cookie: 25_100, span: 24_000 };

/**
 * The places of the tester rules among the listener's rules (ALB takes 1 to 50,000, each once).
 *
 * They come from the track's name, not from its position: a new track must not move the rules of the others, and ALB
 * refuses a place that is still taken. Every header rule comes before every cookie rule.
 */
export function testerPriorities(tracks: readonly string[]): Map<string, { header: number; cookie: number }> {
  return new Map(
    [...placesOf(tracks, PRIORITIES.span)].map(([track, place]) => [
      track,
      { header: PRIORITIES.header + place, cookie: PRIORITIES.cookie + place },
    ]),
  );
}

/** Where the rules of cohorts are: after the testers', who chose for themselves, and before those of sessions. */
const COHORTS = { first: 49_100, span: 100 };

/** The place of each cohort's rule: two that somebody may be in lead to one track, so their order says nothing. */
export function cohortPlaces(names: readonly string[]): Map<string, number> {
  return new Map([...placesOf(names, COHORTS.span)].map(([name, place]) => [name, COHORTS.first + place]));
}

/** What a cohort's rule is called in the program. No track's rule ends so, whatever the track is called. */
export function cohortRuleName(stack: string, cohort: string): string {
  return `${stack}-cohort-${cohort}-rule`;
}

/** The cohort by its rule's urn. */
export function cohortOf(urn: string): string {
  const [, , stack = ""] = urn.split(":");
  const [before, after] = cohortRuleName(stack, " ").split(" ") as [string, string];
  return urn.slice(urn.lastIndexOf("::") + 2 + before.length, -after.length);
}

/** Whether a rule is a cohort's, by its priority, which AWS tells with each rule. */
export function isCohortPlace(priority: number): boolean {
  return priority >= COHORTS.first && priority < COHORTS.first + COHORTS.span;
}

/** A number from 0 on, below `span`, for each name, and none twice: from the name, so that another one moves none. */
export function placesOf(names: readonly string[], span: number): Map<string, number> {
  const taken = new Set<number>();
  return new Map(
    names.toSorted().map((name) => {
      let place = hash(name) % span;
      while (taken.has(place)) place = (place + 1) % span;
      taken.add(place);
      return [name, place];
    }),
  );
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  return [...text].reduce(
    (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619) >>> 0,
    2_166_136_261,
  );
}

function byName(a: WeightedTrack, b: WeightedTrack): number {
  return a.name < b.name ? -1 : 1;
}
