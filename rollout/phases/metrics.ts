import { z } from "zod";
import type { Mistake } from "../../infra/settings/explain.ts";
import type { Measured, SuppliedMetrics } from "./criterion.ts";
import { readDocument } from "./document.ts";
import { SCORE_METRIC, SCORE_PARTS } from "./score.ts";

const measuredRule = "must be a number, true or false";

// A name with nothing after it is a metric that nobody has measured yet: as good as left out.
const metricsSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9_]*$/, "a metric's name is of lower-case letters, digits and _"),
  z.union([z.number(), z.boolean(), z.null()], measuredRule),
  "must be a map of metrics, such as error_percent: 0.3",
);

/**
 * Reads the text of a metrics file, YAML or JSON: one map from names to numbers, true or false.
 *
 * @param file its name, for the error
 * @throws {FileError} with all mistakes at once
 */
export function parseMetrics(file: string, text: string): SuppliedMetrics {
  const metrics = readDocument(file, text, metricsSchema, brokenScore);
  return new Map(Object.entries(metrics).filter((entry): entry is [string, Measured] => entry[1] !== null));
}

function brokenScore(document: unknown): Mistake[] {
  if (!document || typeof document !== "object") return [];
  const mistakes: Mistake[] = SCORE_PARTS.flatMap((part) => {
    const value = (document as Record<string, unknown>)[part];
    // What is no metric at all, the schema says.
    if (typeof value !== "number" && typeof value !== "boolean") return [];
    if (typeof value === "number" && value >= 0 && value <= 10) return [];
    return [{ path: part, rule: `must be a number from 0 to 10, not ${value}` }];
  });
  if (Object.hasOwn(document, SCORE_METRIC))
    mistakes.push({ path: SCORE_METRIC, rule: `is worked out from ${SCORE_PARTS.join(", ")}` });
  return mistakes;
}
