import { POLICIES } from "./index.ts";
import type { About, Policy, Resource } from "./policy.ts";

/** Leave for one resource to break one rule until a day, from the stack's config (`rollout:waivers`). */
export interface Waiver {
  policy: string;
  /** The resource's name, such as `beta-database`. */
  resource: string;
  reason: string;
  /** The last day that it holds, in UTC: `2026-12-31`. */
  until: string;
}

/** One resource that breaks one rule. */
export interface Violation extends Pick<About, "title" | "controls" | "why" | "advice"> {
  policy: string;
  resource: string;
  urn: string;
  /** What is wrong, without a full stop. */
  found: string;
}

export interface Compliance {
  /** What is broken and not waived; also what a waiver that has ended was for. */
  violations: Violation[];
  waived: { violation: Violation; waiver: Waiver }[];
  /** Waivers that have ended. They fail, whether or not something is still broken. */
  expired: Waiver[];
  /** Waivers for what isn't broken: to be taken out of the config. */
  unused: Waiver[];
}

/**
 * What a stack's resources break, and what is waived.
 *
 * @param today the day in UTC, `2026-12-31`
 */
export function judge(resources: Resource[], waivers: readonly Waiver[], today: string): Compliance {
  const all = POLICIES.flatMap((policy) => violationsOf(policy, resources));
  const holding = waivers.filter((waiver) => !isOver(waiver, today));
  const waived = all.flatMap((violation) => {
    const waiver = waiverFor(violation, holding);
    return waiver ? [{ violation, waiver }] : [];
  });
  return {
    violations: all.filter((violation) => !waiverFor(violation, holding)),
    waived,
    expired: waivers.filter((waiver) => isOver(waiver, today)),
    unused: holding.filter((each) => !waived.some(({ waiver }) => waiver === each)),
  };
}

export function violationsOf(policy: Policy, resources: Resource[]): Violation[] {
  const found =
    "brokenIn" in policy
      ? policy.brokenIn(resources)
      : resources
          .filter(({ type }) => policy.types.includes(type))
          .flatMap((resource) => policy.broken(resource).map((each) => ({ resource, found: each })));
  const { id, title, controls, why, advice } = policy;
  return found.map(({ resource: { name, urn }, found: text }) => ({
    policy: id,
    resource: name,
    urn,
    found: text,
    title,
    controls,
    why,
    advice,
  }));
}

export function waiverFor(
  { policy, resource }: Pick<Violation, "policy" | "resource">,
  waivers: readonly Waiver[],
): Waiver | undefined {
  return waivers.find((waiver) => waiver.policy === policy && waiver.resource === resource);
}

/** A waiver holds to the end of its last day. */
export function isOver({ until }: Waiver, today: string): boolean {
  return until < today;
}
