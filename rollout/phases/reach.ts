import type { Flag } from "../../infra/flags/schema.ts";
import type { Cohort } from "./schema.ts";

/** What a cohort can be steered by. */
export interface Ways {
  /** The stack's tracks: each has rules at the balancer for its testers. */
  tracks: readonly string[];
  /** The stack's flags, by key. */
  flags: ReadonlyMap<string, Flag>;
}

/** How each part of a cohort comes to the candidate, a line for people each: the rule that does it, or that none does. */
export function reachOf({ everybody, tenants, header, cookie }: Cohort, { tracks, flags }: Ways): string[] {
  if (everybody) return ["everybody: by the weights, as the rollout sets them"];
  const lines: string[] = [];
  const tester = (what: "header" | "cookie", sent: string, separator: string) => {
    const track = tracks.find((name) => sent === `x-rollout-track${separator}${name}`);
    const cookieTrack = tracks.find((name) => sent === `rollout-track${separator}${name}`);
    const found = what === "header" ? track : cookieTrack;
    lines.push(
      found
        ? `${what} ${sent}: the balancer's rule for testers takes it to ${found}, whatever the weights`
        : `${what} ${sent}: no rule of the balancer goes by it; testers' is ${example(what, tracks)}`,
    );
  };
  if (header) tester("header", header, ": ");
  if (cookie) tester("cookie", cookie, "=");
  if (tenants) lines.push(...tenantLines(tenants, flags));
  return lines;
}

function example(what: "header" | "cookie", tracks: readonly string[]): string {
  const track = tracks[0] ?? "TRACK";
  return what === "header" ? `x-rollout-track: ${track}` : `rollout-track=${track}`;
}

/** Tenants aren't steered by the balancer, which doesn't know them: what they get, flags say. */
function tenantLines(tenants: readonly string[], flags: ReadonlyMap<string, Flag>): string[] {
  const named = [...flags].filter(([, flag]) => tenants.some((tenant) => flag.tenants?.includes(tenant)));
  if (named.length === 0)
    return [`tenants: no flag names them yet; the rule is \`tenants: [${tenants.join(", ")}]\` at a flag`];
  return named.map(([key, flag]) => {
    const missing = tenants.filter((tenant) => !flag.tenants?.includes(tenant));
    const on = flag.enabled ? "on" : "off for now, as it isn't enabled,";
    return `tenants: the flag ${key} is ${on} for them${missing.length > 0 ? ` but ${missing.join(", ")}` : ""}`;
  });
}
