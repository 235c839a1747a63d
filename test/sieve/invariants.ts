import { checkWeights, sameWeights, shareOf, type Weights, weightsText } from "../../rollout/core/weights.ts";
import type { World } from "../support/simulated-world.ts";
import { DRAIN, type Story } from "./play.ts";

/** From the moment that a candidate is sick to the last of its traffic: the data, the decision, the act, its reading back. */
const NOTICED_MS = 12_000;
/** Two processes of a machine agree on the time to some hundredths of a second. */
const PRECISE_MS = 200;
/** A bake of the sieve's plan. */
const BAKE_MS = 5_000;

/** What must hold whatever happens. @returns what didn't, in words */
export function violations(story: Story): string[] {
  return RULES.flatMap((rule) => rule(story));
}

type Rule = (story: Story) => string[];

const RULES: readonly Rule[] = [
  weightsSum,
  oneActForOneIntent,
  intentsEnd,
  everyRunEnds,
  nothingDrainsUnderTraffic,
  sessionsAreKept,
  sessionsAreLeft,
  sicknessEnds,
  stableIsFit,
  stepsBake,
  theEndIsAsItSays,
  whoStopsPages,
  timeGoesOn,
  contractsAtTheEnd,
];

function weightsSum({ world }: Story): string[] {
  return world.splits.flatMap(({ weights }) => {
    try {
      checkWeights(weights);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}

function oneActForOneIntent({ world }: Story): string[] {
  const acts = world.calls.map(({ intent }) => intent);
  const twice = acts.filter((intent, index) => acts.indexOf(intent) !== index);
  return twice.map((intent) => `intent ${intent} was acted upon twice`);
}

/** An intent is open until its end: no second one begins before. */
function intentsEnd({ world }: Story): string[] {
  let open: number | undefined;
  const wrong: string[] = [];
  for (const [index, entry] of world.journal.entries()) {
    if (entry.kind === "intent") {
      if (open !== undefined) wrong.push(`intent ${index} begins while ${open} is open`);
      if (entry.id !== index) wrong.push(`intent ${index} calls itself ${entry.id}`);
      open = entry.id;
    } else if (entry.kind === "done" || entry.kind === "failed" || entry.kind === "lost") {
      if (entry.id !== open) wrong.push(`entry ${index} ends ${entry.id}, open is ${open}`);
      open = undefined;
    }
  }
  return wrong;
}

function everyRunEnds({ endings, world }: Story): string[] {
  const endless = endings.filter(({ error }) => error?.message === "the run doesn't end");
  if (endless.length > 0) return ["the run doesn't end"];
  // With a disk that is full for good nothing ends, and nobody says that it did.
  const stuck = world.diskFullUntil === Number.POSITIVE_INFINITY;
  return stuck || endings.some(({ result }) => result)
    ? []
    : [`no run came to an end: ${endings.at(-1)?.error?.message}`];
}

function splitAt({ world }: Story, at: number): Weights {
  return world.splits.findLast((split) => split.at <= at)?.weights ?? {};
}

/** An act of one that was overtaken may come at any time; it calls for somebody when it finds out. */
function wasOvertaken({ told }: Story): boolean {
  return told.some(({ entry }) => entry.by === "a run that was overtaken");
}

function nothingDrainsUnderTraffic(story: Story): string[] {
  return story.world.drains.flatMap(({ at, track: idle, share }) => {
    const moved = story.world.meddled.some((time) => at - time < 5_000 && at >= time);
    return share > 0 && !moved ? [`${idle} was drained with ${share} % of the traffic`] : [];
  });
}

/** How long stable kept its sessions, each time, and what came then. */
function drainsOf({ splits, now }: World) {
  return splits.flatMap(({ at, draining }, index) => {
    if (draining === undefined) return [];
    const next = splits[index + 1];
    return [{ at, ms: (next?.at ?? now) - at, next, before: splits[index - 1] }];
  });
}

/** Who has a session at the last step keeps it, unless everybody goes back or a person said that it is enough. */
function sessionsAreKept(story: Story): string[] {
  const { world } = story;
  const isCutShort = world.journal.some((entry) => entry.kind === "command" && entry.command === "promote");
  if (isCutShort || world.requestsPerSecond === 0 || wasOvertaken(story)) return [];
  return drainsOf(world).flatMap(({ at, ms, next }) => {
    // What somebody has broken into, an act that comes late or twice may begin once more, for the rest of its time.
    const isMeddled = next && world.meddled.some((moved) => moved <= next.at && moved > at - ms - BAKE_MS);
    const isLeft = next && shareOf(next.weights, "green") === 100 && !isMeddled;
    return isLeft && ms < DRAIN.mostSeconds * 1000
      ? [`sessions were kept for ${ms / 1000} s of ${DRAIN.mostSeconds} s`]
      : [];
  });
}

/**
 * And nobody is kept for ever, unless somebody was called, or told of a pause: a drain waits in it. What an act that comes twice
 * begins once more after its end, nobody sees before the next act: the balancer's weights are the same.
 */
function sessionsAreLeft(story: Story): string[] {
  const most = DRAIN.mostSeconds * 1000 + NOTICED_MS + story.heldMs;
  return drainsOf(story.world).flatMap(({ at, ms, before }) => {
    const isRepeated = before && shareOf(before.weights, "green") === 100 && before.draining === undefined;
    const isTold = isPaged(story, at + most) || isPaused(story, at + most);
    return ms > most && !isRepeated && !isTold ? [`sessions were kept for ${ms / 1000} s`] : [];
  });
}

function isPaused({ told }: Story, at: number): boolean {
  return told.some(({ entry }) => entry.kind === "paused" && entry.at <= at);
}

/** Whether somebody was told that a person must decide, at that time or before. */
function isPaged({ told }: Story, at: number): boolean {
  return told.some((each) => each.how === "page" && each.entry.kind !== "rollback" && each.at <= at);
}

/** Nobody stays on a candidate that is known to be sick, unless a person was called. */
function sicknessEnds(story: Story): string[] {
  const { world, brokenAt, heldMs, schedule, told } = story;
  if (brokenAt === undefined || schedule.sky.name === "both break" || world.requestsPerSecond === 0)
    return [];
  // Who begins one and can't is told so, and goes; what was there before isn't his.
  if (world.journal.every(({ kind }) => kind !== "begin")) return [];
  const { splits } = world;
  const ends = Math.max(world.now, ...story.endings.map(({ at }) => at));
  for (const [index, { at, weights }] of splits.entries()) {
    if (shareOf(weights, "green") === 0) continue;
    const from = Math.max(at, brokenAt);
    // Splits that follow on one another with traffic for the candidate are one stretch.
    let last = index;
    while (splits[last + 1] && shareOf(splits[last + 1]!.weights, "green") > 0) last += 1;
    const to = splits[last + 1]?.at ?? ends;
    const most = NOTICED_MS + heldMs;
    if (
      to - from > most &&
      !told.some((each) => each.how === "page" && each.entry.kind !== "rollback" && each.at <= from + most)
    )
      return [`the sick candidate kept ${weightsText(weights)} for ${(to - from) / 1000} s`];
  }
  return [];
}

/** No traffic goes back to a stable that couldn't take it, unless a person insisted. */
function stableIsFit(story: Story): string[] {
  const { world, heldMs } = story;
  const insisted = world.journal.some(
    (entry) => entry.kind === "command" && ["rollback", "restore", "adopt"].includes(entry.command),
  );
  if (insisted) return [];
  return world.splits.flatMap(({ at, weights }, index) => {
    const before = world.splits[index - 1]?.weights;
    if (!before || shareOf(weights, "blue") <= shareOf(before, "blue") || world.meddled.includes(at))
      return [];
    // Late commands of an earlier decision are nobody's decision now.
    const decided = world.journal.findIndex((entry) => entry.kind === "rollback");
    const isLate = world.journal
      .slice(0, Math.max(0, decided))
      .some(
        (entry) =>
          entry.kind === "intent" && entry.act.do === "weights" && sameWeights(entry.act.weights, weights),
      );
    if (decided < 0 || isLate || shareOf(before, "blue") >= 5) return [];
    const wrong = [];
    if (!world.serves("blue", at - 5_000 - heldMs)) wrong.push("a stable that is sick");
    // Enough when it was looked at, which was in that time; or grown for it.
    const had = (agoMs: number) => world.before(world.now - at + agoMs).servers.blue ?? 0;
    if (had(5_000 + heldMs) < 2 && had(0) < 2) wrong.push("a stable that is too small");
    return wrong.map((what) => `all traffic was moved to ${what}`);
  });
}

function stepsBake({ world, passed, upsets, heldMs }: Story): string[] {
  return passed.flatMap((at) => {
    // To leave who drains is no step.
    const last = lastStep(world.splits.filter((split) => split.at < at));
    // What is moved while it is written can't be seen before. What was moved and has been moved back within half a minute in which
    // the controller could look isn't seen at all: the balancer is looked at as often.
    const isMeddled = world.meddled.includes(last.at);
    // An answer of a while ago doesn't show it, whoever asks; the next act reads all three places.
    if (isMeddled && upsets.some((each) => each.endsWith("readRealWeights: stale"))) return [];
    if (isMeddled ? at - last.at < 1_100 : world.meddled.some((moved) => at - moved < 31_000 + heldMs))
      return [];
    const baked = at - last.at;
    return baked < BAKE_MS ? [`a step was passed after ${baked / 1000} s of its 5 s`] : [];
  });
}

function lastStep(splits: World["splits"]): World["splits"][number] {
  // What was there for no time nobody has met.
  const met = splits.filter(({ at }, index) => splits[index + 1]?.at !== at);
  const now = met.at(-1)!;
  const other = met.findLastIndex(({ weights }) => !sameWeights(weights, now.weights));
  return met[other + 1]!;
}

function theEndIsAsItSays(story: Story): string[] {
  const { world, endings } = story;
  const end = endings.findLast(({ result }) => result);
  if (!end?.result || end.result.outcome === "stopped") return [];
  const { outcome } = end.result;
  if (wasOvertaken(story)) return [];
  const target = { [outcome === "promoted" ? "green" : "blue"]: 100 };
  // What somebody moves in the last seconds is found by the next run, or by the check of every night.
  if (world.meddled.some((at) => end.at - at < 32_000 + story.heldMs)) return [];
  // One that died in the middle of it can't.
  const died = (what: string) => story.upsets.some((upset) => upset.includes(what));
  if (died("killed") && died("takes over")) return [];
  const wrong = [];
  if (!sameWeights(splitAt(story, end.at), target))
    wrong.push(`the balancer has ${weightsText(splitAt(story, end.at))}`);
  if (!sameWeights(world.config, target)) wrong.push(`the config has ${weightsText(world.config)}`);
  if (!sameWeights(world.state, target)) wrong.push(`the state has ${weightsText(world.state)}`);
  for (const [place, draining] of Object.entries(world.draining))
    if (draining !== undefined) wrong.push(`${draining} keeps sessions by ${place}`);
  if (outcome === "promoted" && world.stable !== "green") wrong.push(`the stable key is ${world.stable}`);
  if (outcome === "rolled-back" && world.stable !== "blue") wrong.push(`the stable key is ${world.stable}`);
  return wrong.map((what) => `${outcome}, but ${what}`);
}

function whoStopsPages(story: Story): string[] {
  const { endings } = story;
  const stopped = endings.filter(({ result }) => result?.outcome === "stopped");
  return stopped.flatMap(({ at }) => (isPaged(story, at) ? [] : ["a run stopped, and nobody was told"]));
}

function timeGoesOn({ world }: Story): string[] {
  const back = world.journal.findIndex(
    ({ at }, index) => at < (world.journal[index - 1]?.at ?? 0) - PRECISE_MS,
  );
  return back < 0 ? [] : [`entry ${back} of the journal is older than the one before it`];
}

/** What stable needs stays in the database while anything may go back to it. */
function contractsAtTheEnd(story: Story): string[] {
  const { world } = story;
  return world.contracts.flatMap(({ at }) => {
    const isMeddled = world.meddled.some((moved) => moved <= at);
    const share = shareOf(splitAt(story, at), "blue");
    const before = world.journal.filter((entry) => entry.at <= at + PRECISE_MS);
    const kept = before.some((entry) => entry.kind === "intent" && entry.act.do === "contract");
    return [
      ...(share > 0 && !isMeddled ? [`what blue needs was taken away at ${share} % of its traffic`] : []),
      ...(before.some(({ kind }) => kind === "rollback")
        ? ["what blue needs was taken away after a rollback"]
        : []),
      ...(kept || world.clockAheadMs !== 0 ? [] : ["what blue needs was taken away without an intent"]),
    ];
  });
}
