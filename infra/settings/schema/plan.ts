import { z } from "zod";
import { duration, whole } from "./fields.ts";

const step = z.strictObject({
  weight: whole(1, 100).describe("the candidate's share in whole percent"),
  bake: duration.describe("how long it is watched at that share"),
});
const ratio = z
  .number("must be a number from 0 to 1")
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");
const gates = z.strictObject({
  errorRate: z
    .strictObject({ max: ratio.default(0.01) })
    .prefault({})
    .describe("the largest share of requests that may fail"),
  latency: z
    .strictObject({ p95: duration.default("500ms") })
    .prefault({})
    .describe("the latency that 95 % of requests must stay under"),
  minRequests: whole(1, 1_000_000_000).default(200).describe("requests below which a gate waits"),
});
const freezeRule = 'must be a window such as "Fri 16:00 - Mon 08:00 Europe/Madrid"';
const freeze = z.string(freezeRule).refine(isFreezeWindow, freezeRule);
export const plan = z.strictObject({
  steps: z
    .array(step, "must be a list of { weight, bake }")
    .min(1, "must have at least one step")
    .default([
      { weight: 10, bake: "30m" },
      { weight: 25, bake: "1h" },
      { weight: 50, bake: "2h" },
      { weight: 100, bake: "24h" },
    ])
    .describe("the weights of the candidate and how long each bakes"),
  gates: gates.prefault({}).describe("what must hold at each step"),
  freeze: z
    .array(freeze, "must be a list of windows")
    .default([])
    .describe("windows in which no step is taken"),
});

function isFreezeWindow(window: string): boolean {
  const day = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
  const hour = "([01]\\d|2[0-3]):[0-5]\\d";
  const zone = new RegExp(`^${day} ${hour} - ${day} ${hour} (\\S+)$`).exec(window)?.at(-1);
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
