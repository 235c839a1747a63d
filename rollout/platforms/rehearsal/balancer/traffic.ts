import { join } from "node:path";
import { drainingIn, rulesAt, sessionsIn } from "../../../../infra/sessions/rules.ts";
import { isWhole } from "../../../core/weights.ts";
import { RehearsalError } from "../machine/errors.ts";
import { writeAtomically } from "../machine/files.ts";
import type { MaintenanceModel, Split } from "../plan/balancer/model.ts";
import type { BalancerLayout } from "./config/layout.ts";
import {
  COHORTS_MAP,
  FIREWALL,
  FIREWALL_MAP,
  firewallLines,
  type MapLines,
  mapText,
  RULES_MAP,
  rulesLines,
  SPLIT_MAP,
  splitLines,
  weightsFrom,
} from "./config/maps.ts";
import { readMap, replaceMap } from "./socket.ts";

/**
 * Moves the weights of a balancer that runs, and who has which track by his cookies, without a reload. The one comes a moment
 * before the other, as on AWS, where each rule is a call of its own.
 *
 * @throws {RehearsalError} when HAProxy doesn't take it; whether it moved must then be read back
 */
export async function setSplit(layout: BalancerLayout, split: Split): Promise<void> {
  await changeAll(layout, splitMaps(split));
}

function splitMaps(split: Split): Record<string, MapLines> {
  return { [SPLIT_MAP]: splitLines(split), [RULES_MAP]: rulesLines(split) };
}

/** Opens cohorts, and closes those that aren't named. @param led the track by the cohort */
export async function setCohorts(layout: BalancerLayout, led: MapLines): Promise<void> {
  await change(layout, COHORTS_MAP, led);
}

/** The track that each open cohort is led to. */
export async function readCohorts({ socket }: BalancerLayout): Promise<MapLines> {
  return readMap(socket, COHORTS_MAP);
}

/**
 * The same in an emergency, without the program: what the rules are made from is in those that are there. Where one track gets all the
 * traffic, no cohort is led to another.
 */
export async function setReal(layout: BalancerLayout, weights: Record<string, number>): Promise<void> {
  const carrying = Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight > 0));
  const sessions = sessionsIn(await readMatches(layout));
  const split = { weights: carrying, rules: sessions ? rulesAt(sessions, carrying) : [] };
  await changeAll(layout, { ...splitMaps(split), ...(isWhole(weights) && { [COHORTS_MAP]: {} }) });
}

/**
 * The weights that requests meet now.
 *
 * @throws {RehearsalError} when it can't be read: treat it as unknown, not as unchanged
 */
export async function readWeights(layout: BalancerLayout): Promise<Split["weights"]> {
  return weightsFrom(await readMap(layout.socket, SPLIT_MAP));
}

/** What the browsers' cookies mean now: a track by each expression, in the order in which they are tried. */
export async function readRules(layout: BalancerLayout): Promise<MapLines> {
  return readMap(layout.socket, RULES_MAP);
}

/** The track without weight that keeps its sessions, by what the balancer reads in cookies now. */
export async function readDraining(
  layout: BalancerLayout,
  weights: Split["weights"],
): Promise<string | undefined> {
  return drainingIn(await readMatches(layout), weights);
}

async function readMatches(layout: BalancerLayout): Promise<{ track: string; pattern: string }[]> {
  return Object.entries(await readRules(layout)).map(([pattern, track]) => ({ track, pattern }));
}

/** Switches maintenance on, or off with undefined. */
export async function setMaintenance(
  layout: BalancerLayout,
  maintenance: MaintenanceModel | undefined,
): Promise<void> {
  await change(layout, FIREWALL_MAP, firewallLines(maintenance));
}

export async function readMaintenance(layout: BalancerLayout): Promise<boolean> {
  return FIREWALL.closed in (await readMap(layout.socket, FIREWALL_MAP));
}

/** One after the other, and each whatever became of those before. @throws what the first that failed has thrown */
async function changeAll(layout: BalancerLayout, maps: Record<string, MapLines>): Promise<void> {
  const failures: unknown[] = [];
  for (const [map, lines] of Object.entries(maps))
    await change(layout, map, lines).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/**
 * The file first: should this process die between the two, the next reload brings what was meant. A full disk doesn't keep the
 * traffic from moving: it is moved, and then told.
 */
async function change({ folder, socket }: BalancerLayout, map: string, lines: MapLines): Promise<void> {
  const unwritten = failureOf(() => writeAtomically(join(folder, map), mapText(lines), 0o600));
  await replaceMap(socket, map, lines);
  if (unwritten)
    throw new RehearsalError(
      `the balancer has it, but its file ${map} can't be written: ${unwritten.message}`,
    );
}

function failureOf(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
