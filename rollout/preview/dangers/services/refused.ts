import type { Danger } from "../../model.ts";
import { danger } from "../danger.ts";

/** What AWS does not do, so that the update stops there, or goes on without it. */
export function refused(
  about: Pick<Danger, "title" | "resources" | "why" | "advice"> & Partial<Danger>,
): Danger {
  return danger({ severity: "warning", kind: "aws-refuses", ...about });
}
