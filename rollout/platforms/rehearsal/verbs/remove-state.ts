import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LOADS } from "../../../load/result.ts";
import { PAST } from "../journal/past.ts";
import { outsidesOf, removeOutside } from "../machine/disk/outside.ts";
import type { Ledger, Place } from "../machine/state.ts";
import { DRILLS } from "../machine/state.ts";

/** Removes all but the logs, the journals, and what drills and loads found; the state last, so that a crash on the way is mended by another `down`. */
export function removeState(ledger: Ledger): void {
  const { place, state } = ledger;
  // Again and again: what was killed a moment ago may have made another file since.
  const whole = { recursive: true, force: true, maxRetries: 5 };
  rmSync(state.database.folder, whole);
  for (const name of readdirSync(place.folder)) {
    if (!keeps(place, name)) rmSync(join(place.folder, name), whole);
  }
  rmSync(place.stateFile, { force: true });
  // Also those that a damaged record doesn't name.
  for (const outside of new Set([state.outside, ...outsidesOf(place.folder)]))
    if (outside !== undefined) removeOutside(outside);
}

/** What is worth more than the rehearsal that it came from. */
const KEPT = [DRILLS, PAST, LOADS];

function keeps({ logs, stateFile }: Place, name: string): boolean {
  return KEPT.includes(name) || [logs, stateFile].some((path) => path.endsWith(`/${name}`));
}
