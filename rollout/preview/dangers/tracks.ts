import { trackOf } from "../../graph/tracks.ts";
import { TYPES } from "../../graph/types.ts";
import { type DangerCheck, danger } from "./danger.ts";
import { trackWeights } from "./weights.ts";

/** A track that users are on goes away, or its servers begin anew. */
export const carryingTrackGone: DangerCheck = ({ before, deltas }) => {
  const weights = trackWeights(before);
  return deltas.flatMap(({ change, before: old }) => {
    if (change.type !== TYPES.targetGroup && change.type !== TYPES.autoscalingGroup) return [];
    if (change.kind !== "delete" && change.kind !== "replace") return [];
    const track = old && trackOf(before, old);
    const weight = track === undefined ? 0 : (weights.get(track) ?? 0);
    // The deletion of a track is one danger, not one for each part of it.
    if (weight === 0 || (change.kind === "delete" && change.type !== TYPES.targetGroup)) return [];
    const cause = change.properties.find(({ replaces }) => replaces === "yes");
    return [
      danger({
        severity: "critical",
        kind: change.kind === "delete" ? "track-deletion" : "track-replacement",
        title:
          change.kind === "delete"
            ? `Track ${track} is deleted while it carries ${weight} % of the traffic`
            : `Track ${track} carries ${weight} % of the traffic and gets a new ${change.type === TYPES.targetGroup ? "target group" : "group of servers"}`,
        resources: [change.name],
        property: cause?.path ?? "",
        before: cause?.before ?? `${weight} %`,
        after: cause?.after ?? "none",
        why: "Its servers end with the requests in them, before the others have been seen to carry its share.",
        advice: `Move its weight to another track first (rollout:tracks.${track}.weight: 0), let it drain, then make this change.`,
      }),
    ];
  });
};
