import { type DangerCheck, danger } from "../danger.ts";
import { trackWeights } from "../weights.ts";

/** A candidate's share grows by more than the plan's next step. The way back to the stable track is always open. */
export const weightJump: DangerCheck = ({ before, after, steps }) => {
  if (steps.length === 0) return [];
  const old = trackWeights(before);
  // A change that also names another stable track must not make its own jump harmless.
  const stable = before.outputs.stable;
  return [...trackWeights(after)].flatMap(([track, now]) => {
    const was = old.get(track) ?? 0;
    if (track === stable || now <= was) return [];
    const next = steps.find((step) => step > was) ?? 100;
    if (now <= next) return [];
    return [
      danger({
        severity: "warning",
        kind: "weight-jump",
        title: `Track ${track} goes from ${was} % to ${now} %; the plan's next step is ${next} %`,
        resources: [`${before.stack}-https`],
        property: `rollout:tracks.${track}.weight`,
        before: `${was} %`,
        after: `${now} %`,
        why: "The steps between would show a bad version to few users; this one shows it to many at once.",
        advice: `Set ${next} first, or let \`rollout run\` take the steps.`,
      }),
    ];
  });
};
