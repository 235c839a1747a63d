import { AFTER, BEFORE, BUCKETS, cookie, literal, numbersOf } from "../cookies/expressions.ts";
import { first, last } from "../sure.ts";

/**
 * Which browser goes to which track, where `rollout:stickiness` is a time. nginx on each server gives a browser two cookies:
 *
 * - `rollout-session=TAG`: the version that it has met. It holds until the browser was idle for the time, so that a page, its
 *   scripts and its forms come from one version, and a shift moves nobody in the middle of what he does.
 * - `rollout-bucket=NN.TAG`: a number from 00 to 99 for a year, and the version that gave it. A browser without a session goes
 *   by its number: the candidate's share is a range that only grows in a rollout, so nobody who had the candidate gets
 *   stable again while it grows. Whoever came without a number went by the weights; the tag keeps him with that version.
 *
 * The listener's rules read them, before the weights of its default action. A track's rules are always there and always
 * forward to it. What changes with a weight is what they match: nothing for a track that carries nothing. So a track that
 * has left takes its browsers with it at once. One that drains keeps those in the middle of something a while: its rule
 * for sessions stays, and nobody else comes.
 *
 * An ALB's own cookie for a target group would do neither: it names the group and not the version in it, so that yesterday's
 * stable users would all be today's candidate's (argo-rollouts#2726); and who has it meets no other share until it ends.
 */

/** What the rules are made from, besides the weights. */
export interface Sessions {
  /** Gets those whose number is in nobody's range. */
  stable: string;
  /** The version of each track: {@link tagOf}. */
  tags: Readonly<Record<string, string>>;
  /** A track without weight that keeps its sessions until they end. */
  draining?: string | undefined;
}

/** What a track's rules look for in the header `Cookie`: one of the expressions of each. */
export interface Patterns {
  session: string[];
  bucket: string[];
}

/** A rule of a balancer: who shows one of these cookies gets the track. */
export interface SessionRule {
  track: string;
  patterns: readonly string[];
}

export const SESSION_COOKIE = "rollout-session";
export const BUCKET_COOKIE = "rollout-bucket";

/** Before a tag: no server gives such a value. */
const OFF = "!";

/** Everybody who has a number: the rule after those of the tracks. */
export const REST: readonly string[] = [`${BEFORE}${BUCKET_COOKIE}=\\d\\d\\..*$`];

/** A track may have the version of another: its name makes the difference. @param version hex digits */
export function tagOf(track: string, version: string): string {
  return `${track}.${version.slice(0, 8)}`;
}

/**
 * What each track's rules match at these weights.
 *
 * @param weights whole percents by track, which sum to 100; a track that is missing has 0
 */
export function patternsOf(
  { stable, tags, draining }: Sessions,
  weights: Readonly<Record<string, number>>,
): Record<string, Patterns> {
  const ranges = rangesOf(Object.keys(tags), stable, weights);
  return Object.fromEntries(
    Object.entries(tags).map(([track, tag]) => {
      const keeps = (weights[track] ?? 0) > 0 || track === draining;
      const range = ranges.get(track);
      return [
        track,
        {
          session: [cookie(SESSION_COOKIE, keeps ? literal(tag) : off(tag))],
          bucket: range
            ? [
                `${BEFORE}${BUCKET_COOKIE}=${numbersOf(range)}\\..*$`,
                cookie(BUCKET_COOKIE, `\\d\\d\\.${literal(tag)}`),
              ]
            : [cookie(BUCKET_COOKIE, off(tag))],
        },
      ];
    }),
  );
}

/** All rules in the order in which they are asked: sessions, numbers, the rest. */
export function rulesAt(sessions: Sessions, weights: Readonly<Record<string, number>>): SessionRule[] {
  const patterns = Object.entries(patternsOf(sessions, weights));
  return [
    ...patterns.map(([track, { session }]) => ({ track, patterns: session })),
    ...patterns.map(([track, { bucket }]) => ({ track, patterns: bucket })),
    { track: sessions.stable, patterns: REST },
  ];
}

/**
 * What a balancer's rules were made from, whatever the weights were then, but for what drained.
 *
 * @param matches each expression of each rule
 * @returns undefined where there are none
 * @throws {RangeError} when they can't be the rules of {@link rulesAt}
 */
export function sessionsIn(matches: readonly { track: string; pattern: string }[]): Sessions | undefined {
  if (matches.length === 0) return undefined;
  const stable = matches.find(({ pattern }) => pattern === REST[0])?.track;
  const tags: Record<string, string> = {};
  for (const { track, pattern } of matches) {
    const tag = tagIn(pattern);
    if (tag !== undefined) tags[track] = tag;
  }
  if (stable === undefined || matches.some(({ track }) => !Object.hasOwn(tags, track)))
    throw new RangeError("the listener's rules that keep browsers with a version aren't whole");
  return { stable, tags };
}

/**
 * The track that has no weight and keeps its sessions, by the rules that there are.
 *
 * @param matches each expression of each rule
 */
export function drainingIn(
  matches: readonly { track: string; pattern: string }[],
  weights: Readonly<Record<string, number>>,
): string | undefined {
  return matches.find(
    ({ track, pattern }) =>
      (weights[track] ?? 0) === 0 && tagIn(pattern) !== undefined && !pattern.includes(`=${OFF}`),
  )?.track;
}

/** Each expression of each rule, as {@link sessionsIn} and {@link drainingIn} take them. */
export function matchesOf(
  rules: readonly { track: string; patterns: readonly string[] }[],
): { track: string; pattern: string }[] {
  return rules.flatMap(({ track, patterns }) => patterns.map((pattern) => ({ track, pattern })));
}

/** Which of a track's rules has an expression; undefined for the rule of the rest. */
export function kindOf(pattern: string): keyof Patterns | undefined {
  if (pattern === REST[0]) return undefined;
  return tagIn(pattern) === undefined ? "bucket" : "session";
}

/** What a track's session rule was made from, whether it matches anything or not; undefined for another expression. */
function tagIn(pattern: string): string | undefined {
  const [before, after] = [`${BEFORE}${SESSION_COOKIE}=`, AFTER];
  if (!pattern.startsWith(before) || !pattern.endsWith(after)) return undefined;
  const tag = pattern.slice(before.length, -after.length);
  return (tag.startsWith(OFF) ? tag.slice(OFF.length) : tag).replaceAll("\\.", ".");
}

/**
 * Whom a rule of {@link rulesAt} matches, for a reviewer, such as `numbers 00 to 24, and who came to green.013e778d`.
 *
 * @returns undefined for expressions that are none of its
 */
export function whomOf(patterns: readonly string[]): string | undefined {
  const [pattern = ""] = patterns;
  if (pattern === "" || !patterns.every((each) => each.startsWith(BEFORE))) return undefined;
  const expressions = patterns.map((each) => new RegExp(each));
  const matches = (cookie: string) => expressions.some((expression) => expression.test(cookie));
  if (pattern === REST[0]) return "all other numbers";
  const tag = tagIn(pattern);
  if (tag !== undefined)
    return matches(`${SESSION_COOKIE}=${tag}`) ? `sessions of ${tag}` : `nobody (${tag})`;
  const numbers = Array.from({ length: BUCKETS }, (_, number) => String(number).padStart(2, "0")).filter(
    (number) => matches(`${BUCKET_COOKIE}=${number}.`),
  );
  const gave = /\\\.([a-z0-9-]+)\\\.([0-9a-f]+)\(;/.exec(last(patterns))?.slice(1).join(".");
  if (numbers.length === 0) return "nobody";
  return `numbers ${first(numbers)} to ${last(numbers)}${gave ? `, and who came to ${gave}` : ""}`;
}

/**
 * The numbers of each track that carries, but for stable, whose are all others. The first by its name counts from 00 up, all
 * others from 99 down: of three tracks any one may grow, and nobody leaves it.
 */
export function rangesOf(
  tracks: readonly string[],
  stable: string,
  weights: Readonly<Record<string, number>>,
): Map<string, { from: number; to: number }> {
  const [first, ...others] = tracks.filter((track) => track !== stable).sort();
  const ranges = new Map<string, { from: number; to: number }>();
  const share = (track: string) => weights[track] ?? 0;
  if (first !== undefined && share(first) > 0) ranges.set(first, { from: 0, to: share(first) - 1 });
  let top = BUCKETS - 1;
  for (const track of others) {
    if (share(track) > 0) ranges.set(track, { from: top - share(track) + 1, to: top });
    top -= share(track);
  }
  return ranges;
}

/** Matches nobody. The tag is in it all the same: who sets a balancer right needs no more than its rules. */
function off(tag: string): string {
  return `${OFF}${literal(tag)}`;
}
