import { type Command, Option } from "commander";
import { type Clock, systemClock } from "../../clock.ts";
import { planOf } from "../../core/plan.ts";
import { allAt, drifted, readingText } from "../../core/reading.ts";
import { checkWeights, sameWeights, type Weights, weightsText } from "../../core/weights.ts";
import { Misuse, UserError } from "../../errors.ts";
import type { Reading } from "../../platforms/platform.ts";
import { type Lacking, makeRoom } from "../../run/make-room.ts";
import { until } from "../../waiting.ts";
import { onOption, type StackAtHand, stackAtHand, whoami } from "../on.ts";
import { out } from "../out.ts";
import { hasSettled, stateOf } from "./drive.ts";

export function register(program: Command): void {
  program
    .command("shift")
    .summary("set the weights by hand")
    .argument("<weights...>", "such as blue=75 green=25; a track that isn't named gets 0")
    .description(
      "Writes the weights into the stack's config, comments kept, moves the traffic and reads it back. First each track " +
        "whose share grows must have the healthy servers for it: without them nothing is moved. A track that gets all of it is " +
        "`stable` from then on: workers and jobs go with it.",
    )
    .addOption(onOption())
    .option("--restore", "also when config, state and balancer differ: what is asked for holds then")
    .option("--grow", "ask for the servers that are missing, and wait for them")
    .addOption(
      new Option("--force", "move the traffic whatever servers there are: it may overload them").conflicts(
        "grow",
      ),
    )
    .action(async (words: string[], { restore, grow, force }: Options, command: Command) => {
      const weights = parsed(words);
      const here = await stackAtHand(command);
      const lacking = grow ? "grow" : force ? "force" : "refuse";
      await shift(here, weights, { restore, lacking });
      const { stack, json } = here;
      const text = json ? JSON.stringify({ stack, weights }) : `${stack}: ${weightsText(weights)}`;
      out(`${text}\n`);
    });
}

interface Options {
  restore?: boolean;
  grow?: boolean;
  force?: boolean;
}

/**
 * @throws {UserError} for a track that isn't there, while a rollout is under way, after a drift, without the servers for it, or when the weights can't be
 *   read back
 */
export async function shift(
  here: Pick<StackAtHand, "platform" | "stack" | "settings" | "say">,
  weights: Weights,
  { restore = false, lacking }: { restore?: boolean | undefined; lacking: Lacking },
  clock: Clock = systemClock,
): Promise<void> {
  const { platform, stack, settings, say } = here;
  const tracks = settings.tracks.map(({ name }) => name);
  const strange = Object.keys(weights).find((track) => !tracks.includes(track));
  if (strange !== undefined)
    throw new UserError(`${stack} has no track ${strange}: it has ${tracks.join(", ")}`);
  const lock = await platform.journal.lock(`${whoami()}, who shifts by hand`);
  try {
    const state = await stateOf(here);
    if (state && !hasSettled(state))
      throw new UserError(
        `The rollout of ${state.candidate} isn't over: it would take this for a drift. Pause doesn't help; go on with it, or: rollout rollback --stack ${stack}`,
      );
    const before = await sound(here, restore);
    const { real } = before;
    const withinMs = planOf(settings.plan).limits.capacitySeconds * 1000;
    const waited = await makeRoom(real, weights, { platform, lacking, withinMs, clock, say });
    if (waited) {
      lock.lost.throwIfAborted();
      await sound(here, restore);
    }
    await move(here, before, weights);
    await verified(here, weights, clock);
    await platform.showWeights?.(weights);
    await follow(here, weights);
  } finally {
    await lock.release();
  }
}

/** A track with all the traffic is the stable one from then on: else workers and jobs would stay with the version that was left. */
async function follow(
  { platform, settings, say }: Pick<StackAtHand, "platform" | "settings" | "say">,
  weights: Weights,
): Promise<void> {
  const [whole] = Object.entries(weights).find(([, share]) => share === 100) ?? [];
  if (whole === undefined || whole === settings.stable) return;
  await platform.setStable(whole);
  say(`stable is ${whole}${settings.app.processes.length > 0 ? ": its workers and jobs run now" : ""}`);
}

/** What fails before the traffic has moved leaves the config as it was: the two must not say different things. */
async function move(
  { platform, say }: Pick<StackAtHand, "platform" | "say">,
  { real, draining }: Reading,
  weights: Weights,
) {
  try {
    await platform.setWeights(weights);
  } catch (error) {
    const now = await platform.readWeights().catch(() => undefined);
    if (now && sameWeights(now.real, real) && !sameWeights(now.config, real)) {
      say("nothing was moved: the config gets its weights back");
      await platform.setWeights(real, draining?.real).catch(() => {});
    }
    throw error;
  }
}

/** @throws {UserError} when the weights aren't the same everywhere, and weren't asked to be restored */
async function sound({ platform }: Pick<StackAtHand, "platform">, restore: boolean): Promise<Reading> {
  const reading = await platform.readWeights();
  if (drifted(reading, undefined) && !restore)
    throw new UserError(`the weights differ: ${readingText(reading)}. Set them all the same with --restore.`);
  return reading;
}

async function verified(
  { platform }: Pick<StackAtHand, "platform">,
  weights: Weights,
  clock: Clock,
): Promise<void> {
  let seen = "";
  const isThere = await until({ clock, everyMs: 1_000, withinMs: 60_000 }, async () => {
    const reading = await platform.readWeights();
    seen = readingText(reading);
    return allAt(reading, weights);
  });
  if (!isThere) throw new UserError(`the weights stay ${seen}`);
}

/** @throws {Misuse} */
export function parsed(words: string[]): Weights {
  const pairs = words.map((word) => {
    const [, track, share] = /^([a-z][a-z0-9]*)=(\d+)$/.exec(word) ?? [];
    if (!track || share === undefined) throw new Misuse(`a weight is such as blue=75, not ${word}`);
    return [track, Number(share)] as const;
  });
  const weights = Object.fromEntries(pairs);
  if (Object.keys(weights).length < pairs.length) throw new Misuse("a track is named twice");
  try {
    checkWeights(weights);
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
  return weights;
}
