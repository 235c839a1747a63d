import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { inputsOf } from "../../shown.ts";
import { type DangerCheck, danger } from "../danger.ts";

/**
 * A name that users type, of which every address is deleted. Resolvers keep the old one for as long as its time to live,
 * then there is none (Route 53 Developer Guide, "Values specific for simple alias records": 60 s for a balancer's).
 */
export const nameGone: DangerCheck = ({ before, after }) => {
  const still = addresses(after);
  return [...addresses(before)]
    .filter(([name]) => !still.has(name))
    .map(([name, records]) =>
      danger({
        severity: "critical",
        kind: "name-gone",
        title: `${name} leads nowhere any more`,
        resources: records.toSorted(),
        property: "name",
        before: name,
        after: [...still.keys()].toSorted().join(", ") || "none",
        why: "Within a minute everybody who uses the old name is cut off, and so are bookmarks, links and other services.",
        advice:
          "Tell them first. Keep the old name with a certificate and a redirect until nobody comes by it, and take it away by a change of its own.",
      }),
    );
};

/** The names that have an address, and the records that give it. */
function addresses(graph: Graph): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const record of ofType(graph, TYPES.record)) {
    const { name, type } = inputsOf(record);
    if (typeof name !== "string" || name.startsWith("${") || !/^(A|AAAA|CNAME)$/.test(String(type))) continue;
    names.set(name, [...(names.get(name) ?? []), record.name]);
  }
  return names;
}
