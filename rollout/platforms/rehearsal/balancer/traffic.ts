import { join } from "node:path";
import { RehearsalError } from "../machine/errors.ts";
import { writeAtomically } from "../machine/files.ts";
import type { MaintenanceModel, Split } from "../plan/balancer/model.ts";
import type { BalancerLayout } from "./config/layout.ts";
import {
  FIREWALL,
  FIREWALL_MAP,
  firewallLines,
  type MapLines,
  mapText,
  SPLIT_MAP,
  splitFrom,
  splitLines,
} from "./config/maps.ts";
import { readMap, replaceMap } from "./socket.ts";

/**
 * Moves the weights and the stickiness of a balancer that runs, at once and without a reload.
 *
 * @throws {RehearsalError} when HAProxy doesn't take it; whether it moved must then be read back
 */
export async function setSplit(layout: BalancerLayout, split: Split): Promise<void> {
  await change(layout, SPLIT_MAP, splitLines(split));
}

/**
 * The split that requests meet now.
 *
 * @throws {RehearsalError} when it can't be read: treat it as unknown, not as unchanged
 */
export async function readSplit(layout: BalancerLayout): Promise<Split> {
  return splitFrom(await readMap(layout.socket, SPLIT_MAP));
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
