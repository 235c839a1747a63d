import type { Clock } from "../clock.ts";
import { shareOf, type Weights } from "../core/weights.ts";
import { UserError } from "../errors.ts";
import type { Capacity, Platform } from "../platforms/platform.ts";
import { until } from "../waiting.ts";

/** What to do where a track hasn't the servers for its new share: refuse, ask for them and wait, or go on all the same. */
export type Lacking = "refuse" | "grow" | "force";

export interface RoomOptions {
  platform: Pick<Platform, "capacity" | "restoreCapacity">;
  lacking: Lacking;
  /** How long missing servers are waited for, all tracks together. */
  withinMs: number;
  clock: Clock;
  say: (line: string) => void;
}

const EVERY_MS = 2_000;
/** The wait is reported this often also when nothing has changed, so that a person sees that it goes on. */
const SAY_EVERY_MS = 30_000;

/**
 * Makes sure, before any traffic moves, that each track whose share grows has the healthy servers for it. A track
 * whose servers can't be counted counts as lacking them.
 *
 * @param now what the balancer does
 * @param next what it is to do
 * @returns whether time has passed: what was read before is old then
 * @throws {UserError} with the healthy servers, how many it takes, and what to do
 */
export async function makeRoom(now: Weights, next: Weights, options: RoomOptions): Promise<boolean> {
  const growing = Object.keys(next).filter((track) => shareOf(next, track) > shareOf(now, track));
  const lacking: (Asked & Sight)[] = [];
  for (const track of growing) {
    const asked = { track, share: shareOf(next, track) };
    const sight = await count(asked, options);
    if (!sight.read?.enough) lacking.push({ ...asked, ...sight });
  }
  if (lacking.length === 0) return false;
  const what = lacking.map((each) => lackText(each, each)).join("; ");
  if (options.lacking === "force") {
    options.say(`${what}. The traffic moves all the same: --force.`);
    return false;
  }
  // Servers can be asked for only when their number is known, and when each track may have so many.
  const counted = lacking.every(({ read }) => read);
  const grown = lacking.every(({ read }) => read && read.need <= read.most);
  if (options.lacking === "refuse" || !grown)
    throw new UserError(`${what}. ${UNMOVED} ${grown ? GROW : counted ? RAISE : COUNT}`);
  await grow(lacking, options);
  return true;
}

const UNMOVED = "Nothing was moved.";
const GROW = "Add --grow to ask for the servers, wait for them and then move the traffic.";
const RAISE =
  "It may have no more: raise its `servers` or `maxServers` in config and bring that up; who knows that they are enough adds --force.";
const COUNT = "Try again when they can be counted; who knows that they are enough adds --force.";

interface Asked {
  track: string;
  share: number;
}

type Sight = { read: Capacity; error?: never } | { read?: never; error: string };

async function count({ track, share }: Asked, { platform }: RoomOptions): Promise<Sight> {
  try {
    return { read: await platform.capacity(track, share) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** All are asked for first: they start side by side. */
async function grow(lacking: readonly (Asked & Sight)[], options: RoomOptions): Promise<void> {
  const deadline = options.clock.now() + options.withinMs;
  const counted = lacking.flatMap((each) => (each.read ? [{ ...each, need: each.read.need }] : []));
  for (const { track, need } of counted) await ask(track, need, options);
  for (const each of counted) await healthy(each, each.need, deadline, options);
}

async function ask(track: string, servers: number, { platform, say }: RoomOptions): Promise<void> {
  say(`asks for ${serversText(servers)} of ${track}`);
  await platform.restoreCapacity(track, servers);
}

/** A count that fails meanwhile is taken again. @throws {UserError} when the time is over */
async function healthy(asked: Asked, known: number, deadline: number, options: RoomOptions): Promise<void> {
  const { clock, withinMs, say } = options;
  let servers = known;
  let lack = "";
  let saidAt = 0;
  const isEnough = await until({ clock, everyMs: EVERY_MS, withinMs: deadline - clock.now() }, async () => {
    const sight = await count(asked, options);
    if (sight.read?.enough) return true;
    const line = lackText(asked, sight);
    if (clock.now() < deadline && (line !== lack || clock.now() >= saidAt + SAY_EVERY_MS)) {
      say(line);
      saidAt = clock.now();
    }
    lack = line;
    // More users have come meanwhile.
    if (sight.read && sight.read.need > servers) {
      servers = sight.read.need;
      await ask(asked.track, servers, options);
    }
    return false;
  });
  if (isEnough) return say(`${asked.track} has the servers for ${asked.share} %`);
  throw new UserError(
    `${lack}, after ${Math.round(withinMs / 1000)} s of waiting. ${UNMOVED} The servers stay asked for: see why they aren't healthy, then the same again.`,
  );
}

function lackText({ track, share }: Asked, { read, error }: Sight): string {
  return read
    ? `${track} has ${read.healthy} healthy of ${serversText(read.need)} that ${share} % of the traffic needs`
    : `the servers of ${track} can't be counted: ${error}`;
}

function serversText(count: number): string {
  return `${count} ${count === 1 ? "server" : "servers"}`;
}
