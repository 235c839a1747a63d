import { z } from "zod";
import { app } from "./schema/app.ts";
import { journeys } from "./schema/asked/journeys.ts";
import { smoke } from "./schema/asked/smoke.ts";
import { controller } from "./schema/controller.ts";
import { cache, database } from "./schema/data.ts";
import { certifiedName, domainName, duration, flag, text, whole } from "./schema/fields.ts";
import { network } from "./schema/network.ts";
import { operators } from "./schema/operators.ts";
import { pipeline } from "./schema/pipeline.ts";
import { plan } from "./schema/plan.ts";
import { processName } from "./schema/processes/processes.ts";
import { server } from "./schema/server.ts";
import { track, trackName } from "./schema/track.ts";
import { cohorts } from "./schema/traffic/cohorts.ts";
import { domains } from "./schema/traffic/domains.ts";
import { waivers } from "./schema/waivers.ts";

const limits = z.strictObject({
  requestsPerMinute: whole(10, 1_000_000).default(150).describe("requests a minute for each client address"),
  maxUsers: whole(1, 10_000_000).default(50).describe("the most users that the app admits (MAX_BETA_USERS)"),
  bodyMiB: whole(1, 1024).default(10).describe("the largest request body, in MiB"),
});

const stickiness = z
  .union([z.literal("none"), duration], 'must be "none" or a duration such as "1h"')
  .default("30m");

const budget = z.strictObject({
  monthlyUsd: whole(1, 1_000_000)
    .default(200)
    .describe("US dollars a month; 80 % spent or 100 % forecast raises a notice"),
});

/** What a stack may do without. */
const NONE = z.literal("none");

const words = z.array(z.string("must be a word of a command"), "must be the words of a command").min(1);

const folder = z.string("must be a folder").min(1);

const commands = z
  .record(processName, words, "must be a map of processes")
  .describe(
    "by name, what starts a process of app.processes here, in place of the words that run in the image",
  );

/** What starts the sample app. */
export const SAMPLE_COMMAND: string[] = ["{node}", "app/main.ts"];

/** What the rehearsal starts in place of the container. */
const rehearsal = z.strictObject({
  command: words
    .default(SAMPLE_COMMAND)
    .describe(
      "the words of the command; {host} and {port} stand for where the app is to listen, {node} for the Node that runs the " +
        "rehearsal",
    ),
  folder: folder
    .optional()
    .describe("where it and its migration are started, such as ../shop; by default the project's folder"),
  processes: commands.default({}),
  tracks: z
    .record(
      z.string(),
      z.strictObject(
        {
          processes: commands.optional(),
          command: words.optional().describe("what starts this track, in place of command"),
          folder: folder
            .optional()
            .describe("where this track's are started, such as a git worktree of another version"),
          revision: text("must be a git revision such as v1.4 or main", /^(?!-)[^\s\0]{1,200}$/)
            .optional()
            .describe(
              "a git revision that this track runs: a branch, a tag or a commit of the folder's repository, checked out beside it; " +
                "node_modules and .venv are the folder's own",
            ),
        },
        "must be a track's part in the rehearsal: { command, processes, folder, revision }",
      ),
      "must be a map of tracks",
    )
    .default({})
    .describe("what a track has for itself, so that two versions stand beside each other"),
});

/**
 * The shape of a stack's config, key by key, with defaults. Where the plans differ, the default is the stricter figure.
 * What spans several keys (weights that sum to 100, a stable that exists) is in rules.ts.
 */
export const schema = z.strictObject({
  tier: z
    .enum(["beta", "prod"], "must be beta or prod")
    .default("prod")
    .describe("beta: cheap, one server a track; prod: survives the loss of a zone"),
  domain: certifiedName.describe("the public name of the stack"),
  zone: domainName
    .or(z.literal(""))
    .default("")
    .describe("the Route 53 hosted zone of the domain; empty: the domain's parent"),
  domains: domains
    .default([])
    .describe(
      "further names that lead to the stack, such as www.example.com, each with its part in the certificate",
    ),
  tracks: z
    .record(
      z
        .string()
        .regex(trackName, "a track's name is 1 to 12 lower-case letters and digits, and not constructor"),
      track,
      "must be a map of tracks",
    )
    .refine(
      (tracks) => Object.keys(tracks).length >= 1 && Object.keys(tracks).length <= 5,
      "must have 1 to 5 tracks",
    )
    .describe(
      "the slots that can serve traffic, 1 to 5, by name; the traffic weights live here and only here",
    ),
  stable: z.string("must name a track").describe("the track that a rollback returns to"),
  draining: z
    .string("must name a track")
    .optional()
    .describe(
      "a track without weight that keeps the sessions it has until they end, while nobody else comes to it; none, when left out. " +
        "The last step of a rollout writes it, and takes it away",
    ),
  server: server.prefault({}).describe("the servers"),
  database: database.prefault({}).describe("PostgreSQL and its backups"),
  cache: z
    .union([NONE, cache])
    .prefault({})
    .describe('Redis; "none": the stack has no cache, and no REDIS_URL'),
  limits: limits.prefault({}).describe("what one client may ask for"),
  operators: operators.prefault({}).describe("who runs the stack"),
  network: network.prefault({}).describe("addresses and zones"),
  app: app.prefault({}).describe("the application's own settings"),
  stickiness: stickiness.describe(
    "how long a browser may be idle and still meet the version that it has met, so that a page and what it loads come from " +
      'one version; a rollback moves everybody at once all the same. "none": each request goes by the weights alone, as of ' +
      "clients that keep no cookies",
  ),
  cohorts: cohorts
    .default({})
    .describe(
      "users who are led to a track whatever its weight, by name, each by a rule of the balancer of its own; all that a cohort says of them " +
        "must fit, and of a list one",
    ),
  webFirewall: z
    .enum(["managed", "none"], "must be managed or none")
    .default("managed")
    .describe(
      "managed: AWS WAF is before the balancer, with AWS's rules, a limit for each address, and maintenance; none: another " +
        "is, or nothing but the limits of nginx on each server",
    ),
  maintenance: flag.default(false).describe("true: everybody but operators gets 503 and a page"),
  budget: budget.prefault({}).describe("what the stack may cost"),
  rehearsal: rehearsal.prefault({}).describe("what the rehearsal starts in place of the container"),
  plan: plan.prefault({}).describe("the steps of a rollout"),
  controller: controller.prefault({}).describe("what drives a rollout once its candidate is up"),
  smoke: smoke
    .default([])
    .describe(
      "what a track is asked before it gets users; empty: health, version, database, cache, the page and a quote of the " +
        "sample app, or health and the page of any other",
    ),
  journeys: journeys
    .default([])
    .describe(
      "what users do, for loads and drills, by weight; empty: what the sample app's users do, or of another app what its " +
        "smoke tests ask without changing anything",
    ),
  pipeline: pipeline.prefault({}).describe("the workflows' way into the AWS account"),
  waivers: waivers.default([]).describe("policies that a resource may break for a while"),
});

/** Config after the defaults, before the rules that span keys. */
export type Parsed = z.infer<typeof schema>;
