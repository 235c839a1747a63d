import { z } from "zod";
import { seconds } from "../duration.ts";
import { frozenUntil, parseFreeze } from "../freeze.ts";
import { WARM_UP_SECONDS } from "../warming.ts";
import { duration, durationOrNone, flag, text, whole } from "./fields.ts";
import { gates } from "./gates.ts";

const step = z.strictObject({
  weight: whole(1, 100).describe("the candidate's share in whole percent"),
  bake: duration.describe("how long it is watched at that share"),
  deadline: duration
    .optional()
    .describe(
      "how long after the bake the gates may still wait, before the rollout pauses and tells; as long again as the bake, and 10 minutes at least, when left out",
    ),
});

const WINDOW =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:[01]\d|2[0-3]):[0-5]\d - (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:[01]\d|2[0-3]):[0-5]\d (\S+)$/;

const freezeRule = 'must be a window such as "Fri 16:00 - Mon 08:00 Europe/Madrid"';
const emptyRule = "must not end when it begins: it would be no time, or all of it";
const freeze = z
  .string(freezeRule)
  .regex(WINDOW, { error: freezeRule, abort: true })
  .refine(isFreezeWindow, { error: freezeRule, abort: true })
  .refine((window) => !isEmpty(window), emptyRule);

const NO_TIME = "must leave time to act: these windows together cover the whole week";
const noDataRule = "must be 5m or more: CloudWatch is minutes behind";

/** Every wait of a rollout ends. */
const limits = z.strictObject({
  attempts: whole(1, 20).default(3).describe("how often an act is tried before it is given up"),
  retry: duration.default("2s").describe("how long between two tries"),
  verify: duration
    .default("1m")
    .describe("how long the balancer may take to show the weights that it was given"),
  read: duration.default("1m").describe("how long the balancer, the config or the state may be unreadable"),
  capacity: duration.default("15m").describe("how long servers may take to be enough"),
  noData: duration
    .refine((value) => seconds(value) >= 300, noDataRule)
    .default("1h")
    .describe(
      "how long a bake may go without a request to the candidate, or without metrics, before the rollout pauses and tells",
    ),
  patience: duration.default("24h").describe("how long a pause may last before the run ends and pages"),
  keep: durationOrNone
    .default("1h")
    .describe(
      "how long the servers of the track without traffic stay; in the rehearsal they stay in any case",
    ),
});

/** What becomes of stable's users at the last step. */
const sessions = z.strictObject({
  drain: durationOrNone
    .optional()
    .describe(
      "how long stable keeps its sessions at most once the candidate gets everybody else; it ends when none was seen for " +
        "`stickiness`. By default `1h`, or the last step's bake where that is shorter; `0s` takes everybody at once",
    ),
});

/** What the candidate's version does to the database. */
const migration = z.strictObject({
  drill: z
    .enum(["required", "warn", "off"], "must be required, warn or off")
    .default("off")
    .describe(
      "whether a release waits for a `rollout drill migrate` of its candidate that has passed, or only tells that there is none",
    ),
  folders: z
    .array(
      text("must be a folder of the project, from where Pulumi.yaml is", /^(?!\/)(?!.*\.\.)[^\r\n\0]+$/),
      "must be a list of folders",
    )
    .default([])
    .describe(
      "where migrations are, besides folders called `migrations`, `migration` or `migrate`: the preview reads those in SQL and names those in code",
    ),
  irreversible: flag
    .default(false)
    .describe(
      "nothing goes back by itself after this version's migration: where a rollback would begin, the rollout pauses and pages",
    ),
});

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
  warmUp: durationOrNone
    .optional()
    .describe(
      "how long a new server may be slow, from its first request on: until then it is no evidence against the candidate that its answers are slow, " +
        `unless most are; failures count from the first request on. By default \`${WARM_UP_SECONDS}s\`, the slow start and the checks that make a server ready, or half of the first ` +
        "step's bake where that is shorter; `0s` forgives nothing",
    ),
  migration: migration.prefault({}).describe("the step between the backup and the candidate's first server"),
  freeze: z
    .array(freeze, "must be a list of windows")
    .refine(leavesTime, NO_TIME)
    .default([])
    .describe("windows in which no step is taken"),
  sessions: sessions.prefault({}).describe("who is in the middle of something at the last step"),
  limits: limits.prefault({}).describe("how long a rollout waits for what it needs"),
});

function isFreezeWindow(window: string): boolean {
  const zone = WINDOW.exec(window)?.[1];
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function isEmpty(window: string): boolean {
  const [from, to] = window.split(" - ");
  return to?.startsWith(`${from} `) ?? false;
}

function leavesTime(windows: readonly string[]): boolean {
  // Each window's own mistakes are told at the window.
  if (!windows.every((window) => isFreezeWindow(window) && !isEmpty(window))) return true;
  return frozenUntil(windows.map(parseFreeze), 0) !== Number.POSITIVE_INFINITY;
}
