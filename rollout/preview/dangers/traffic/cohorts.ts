import { trackOf } from "../../../graph/tracks.ts";
import { TYPES } from "../../../graph/types.ts";
import { type DangerCheck, danger } from "../danger.ts";
import { ledBy } from "../weights.ts";

/** Users who are led, by name and not by chance, to a version that the same change brings: nobody has looked at it. */
export const ledToUntried: DangerCheck = ({ before, after, deltas }) => {
  const renewed = new Set(
    deltas.flatMap(({ change, after: now }) => {
      return change.type === TYPES.launchTemplate && now ? [trackOf(after, now)] : [];
    }),
  );
  const old = ledBy(before);
  return [...ledBy(after)].flatMap(([cohort, { track, who }]) => {
    if (!renewed.has(track)) return [];
    const was = old.get(cohort)?.track === track ? "led there" : "led elsewhere, or by the weights";
    return [
      danger({
        severity: "warning",
        kind: "cohort-untried",
        title: `Cohort ${cohort} is led to ${track}, whose servers this change renews`,
        resources: [`${after.stack}-cohort-${cohort}-rule`],
        property: `rollout:cohorts.${cohort}.to`,
        before: was,
        after: track,
        why: `Its users (${who}) meet a version that nobody has tested, and the weight says nothing of them.`,
        advice: `Close the cohort (rollout:cohorts.${cohort}.to: none), bring the version up, try it as a tester, then open it.`,
      }),
    ];
  });
};

/** A share of the users beyond the plan's next step: the plan's caution is for them, too. */
export const ledJump: DangerCheck = ({ before, after, steps }) => {
  const [first] = steps;
  if (first === undefined) return [];
  const old = ledBy(before);
  return [...ledBy(after)].flatMap(([cohort, { track, who }]) => {
    const [now, was] = [shareIn(who), shareIn(old.get(cohort)?.who)];
    const next = steps.find((step) => step > was) ?? 100;
    if (now <= next || now <= was) return [];
    return [
      danger({
        severity: "warning",
        kind: "cohort-jump",
        title: `Cohort ${cohort} leads ${now} % of the users to ${track}, was ${was} %; the plan's next step is ${next} %`,
        resources: [`${after.stack}-cohort-${cohort}-rule`],
        property: `rollout:cohorts.${cohort}.users.percent`,
        before: `${was} %`,
        after: `${now} %`,
        why: "The steps between would show a bad version to few users; this one shows it to many at once.",
        advice: `Set ${next} first.`,
      }),
    ];
  });
};

/** Nothing but the share says who is in: else it is part of some others. */
function shareIn(who = ""): number {
  return Number(/^(\d+) % of the users$/.exec(who)?.[1] ?? 0);
}
