import { RehearsalError } from "../../machine/errors.ts";
import type { LedModel, MaintenanceModel, Split } from "../../plan/balancer/model.ts";
import { SLOTS, slotsOf, weightsOf } from "./slots.ts";

/** Lines `key value` of a HAProxy map. Maps hold all that changes while the balancer runs. */
export type MapLines = Record<string, string>;

/** The maps' names: files in the balancer's folder, which HAProxy runs in. */
export const SPLIT_MAP = "split.map";
export const RULES_MAP = "rules.map";
export const COHORTS_MAP = "cohorts.map";
export const FIREWALL_MAP = "firewall.map";

/** Keys of the split's map. */
export const SPLIT = {
  slot: (number: number | string) => `slot:${number}`,
};

/** Keys of the firewall's map. */
export const FIREWALL = {
  closed: "closed",
  body: "body",
  header: (name: string) => `header:${name}`,
  pass: (digest: string) => `pass:${digest}`,
};

export function splitLines({ weights }: Pick<Split, "weights">): MapLines {
  return Object.fromEntries(
    [...slotsOf(weights).entries()].map(([number, track]) => [SPLIT.slot(number), track]),
  );
}

/** An expression a line, in the order in which they are tried. */
export function rulesLines({ rules }: Pick<Split, "rules">): MapLines {
  return Object.fromEntries(
    rules.flatMap(({ track, patterns }) => patterns.map((pattern) => [pattern, track])),
  );
}

/** The track that each open cohort is led to. */
export function cohortLines(led: readonly LedModel[]): MapLines {
  return Object.fromEntries(
    led.flatMap(({ cohort, track }) => (cohort === undefined ? [] : [[cohort, track]])),
  );
}

/** @throws {RehearsalError} when it isn't a whole split, such as when the balancer lost it */
export function weightsFrom(lines: MapLines): Split["weights"] {
  const slots = Object.entries(lines).flatMap(([key, track]) => (key.startsWith("slot:") ? [track] : []));
  if (slots.length !== SLOTS)
    throw new RehearsalError(`the balancer has ${slots.length} slots of its ${SLOTS}: its split is unknown`);
  return weightsOf(slots);
}

export function firewallLines(maintenance: MaintenanceModel | undefined): MapLines {
  if (!maintenance) return {};
  const { headers, body, passDigest } = maintenance;
  return {
    [FIREWALL.closed]: "yes",
    [FIREWALL.pass(passDigest)]: "yes",
    // A map's line can't hold a line break, and HAProxy would send one as %0A: to HTML a space is the same.
    [FIREWALL.body]: Buffer.from(body.replaceAll(/[\r\n]+/g, " ")).toString("base64"),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [FIREWALL.header(name), value])),
  };
}

export function mapText(lines: MapLines): string {
  return Object.entries(lines)
    .map(([key, value]) => `${key} ${value}\n`)
    .join("");
}
