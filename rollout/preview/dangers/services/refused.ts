import type { Danger } from "../../model.ts";
import { danger } from "../danger.ts";

/** What AWS does not do, so that the update stops there, or goes on without it. */
export function refused(
  about: Pick<Danger, "title" | "resources" | "why" | "advice"> & Partial<Danger>,
): Danger {
  return danger({ severity: "warning", kind: "aws-refuses", ...about });
}

/** `a, b and c`; of many the first few. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
