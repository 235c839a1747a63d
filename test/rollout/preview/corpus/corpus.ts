import type { StackPreview } from "../../../../rollout/preview/model.ts";
import { access } from "./access.ts";
import type { Case } from "./case.ts";
import { data } from "./data.ts";
import { harmless } from "./harmless.ts";
import { processes } from "./processes.ts";
import { protection } from "./protection.ts";
import { services } from "./services.ts";
import { traffic } from "./traffic.ts";

/** By topic. */
export const CORPUS: Record<string, Case[]> = {
  data,
  traffic,
  access,
  protection,
  services,
  processes,
  harmless,
};

/** A preview's dangers as a case lists them. */
export function told({ dangers }: StackPreview): string[] {
  return dangers.map(({ kind, resources }) => `${kind}: ${resources.join(", ")}`).toSorted();
}
