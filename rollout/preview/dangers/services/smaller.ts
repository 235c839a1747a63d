import type { Danger } from "../../model.ts";
import type { Shown } from "../../shown.ts";
import { danger } from "../danger.ts";

/** A class with less memory than before, of a database or a cache. A class that isn't known here is passed over. */
export function smaller(
  name: string,
  property: string,
  old: { [key: string]: Shown },
  now: { [key: string]: Shown },
  gib: (className: string) => number | undefined,
  why: string,
): Danger[] {
  const [was, is] = [gib(String(old[property])), gib(String(now[property]))];
  if (was === undefined || is === undefined || is >= was) return [];
  return [
    danger({
      severity: "warning",
      kind: "memory-shrunk",
      title: `${name} has ${is} GiB of memory instead of ${was}`,
      resources: [name],
      property,
      before: `${old[property]}, ${was} GiB`,
      after: `${now[property]}, ${is} GiB`,
      why,
      advice:
        "Look at a week of its memory and connections on the dashboard first, and keep the way back ready.",
    }),
  ];
}
