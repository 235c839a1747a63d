import type { Policies, ReportViolation } from "@pulumi/policy";
import { POLICIES } from "../index.ts";
import { isOver, judge, type Violation, violationsOf, type Waiver, waiverFor } from "../judge.ts";
import type { About, Policy } from "../policy.ts";
import { shownAlone, shownTogether } from "./resources.ts";

/**
 * The rules as Pulumi runs them. One about a single resource stops it before it is created; one about how resources
 * stand to each other is judged at the end of the preview.
 *
 * @param today the day in UTC, `2026-12-31`
 */
export function packPolicies(waivers: readonly Waiver[], today: string): Policies {
  const holding = waivers.filter((waiver) => !isOver(waiver, today));
  return [...POLICIES.map((policy) => packPolicy(policy, holding)), ...aboutWaivers(waivers, today)];
}

function packPolicy(policy: Policy, holding: Waiver[]): Policies[number] {
  const report = (violations: Violation[], reportViolation: ReportViolation) => {
    for (const violation of violations) {
      if (!waiverFor(violation, holding)) reportViolation(messageOf(violation), violation.urn);
    }
  };
  const about = {
    name: policy.id,
    description: descriptionOf(policy),
    enforcementLevel: "mandatory" as const,
  };
  if ("brokenIn" in policy) {
    return {
      ...about,
      validateStack: ({ resources }, reportViolation) =>
        report(violationsOf(policy, shownTogether(resources)), reportViolation),
    };
  }
  return {
    ...about,
    validateResource: (args, reportViolation) => {
      if (!policy.types.includes(args.type)) return;
      report(violationsOf(policy, [shownAlone(args)]), reportViolation);
    },
  };
}

/** Waivers that have ended stop a deployment; those that nothing needs are only named. */
function aboutWaivers(waivers: readonly Waiver[], today: string): Policies {
  return [
    {
      name: "waivers-in-time",
      description: "No waiver in the stack's config has ended",
      enforcementLevel: "mandatory",
      validateStack: (_stack, reportViolation) => {
        for (const { policy, resource, until, reason } of waivers.filter((each) => isOver(each, today))) {
          reportViolation(`The waiver of ${policy} for ${resource} ended on ${until} (${reason}).`);
        }
      },
    },
    {
      name: "waivers-needed",
      description: "Every waiver in the stack's config is needed",
      enforcementLevel: "advisory",
      validateStack: ({ resources }, reportViolation) => {
        for (const { policy, resource } of judge(shownTogether(resources), waivers, today).unused) {
          reportViolation(
            `Nothing needs the waiver of ${policy} for ${resource}: take it out of rollout:waivers.`,
          );
        }
      },
    },
  ];
}

function messageOf({ resource, found, why, advice }: Violation): string {
  return `${resource}: ${found}. ${why} ${advice}`;
}

function descriptionOf({ title, controls }: About): string {
  return controls.length > 0 ? `${title} (${controls.join(", ")})` : title;
}
