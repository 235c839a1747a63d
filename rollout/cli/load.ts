import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { isDuration, milliseconds } from "../../infra/settings/duration.ts";
import type { Settings } from "../../infra/settings/settled.ts";
import { stackSettings } from "../config/settings.ts";
import { Misuse } from "../errors.ts";
import { type Comparison, compare } from "../load/compare.ts";
import { k6Script } from "../load/k6/script.ts";
import { play } from "../load/play.ts";
import { journeysOf } from "../load/profile/journeys-of.ts";
import { readProfile, SHIPPED } from "../load/profile/read.ts";
import type { Profile } from "../load/profile/schema.ts";
import { lasting } from "../load/profile/stages.ts";
import type { Target } from "../load/requests/client.ts";
import { LOADS, type LoadRun } from "../load/result.ts";
import { loadPage } from "../load/view/page.ts";
import { progressOn } from "../load/view/progress.ts";
import { runText } from "../load/view/text.ts";
import { targetOf } from "../load/where.ts";
import { onOption } from "./on.ts";
import { globalOptions, projectDir } from "./options.ts";
import { out, tell } from "./out.ts";
import { textOf } from "./phases/phase-files.ts";

interface Options {
  profile: string;
  for?: number;
  url?: string;
  seed: number;
  compare?: string;
  printK6?: boolean;
  yesOnAws?: boolean;
  on: "aws" | "rehearsal";
}

/** As shells tell of what Ctrl-C has ended. */
const INTERRUPTED = 130;

export function register(program: Command): void {
  program
    .command("load")
    .summary("send what many users would, and judge the answers")
    .description(
      "Plays a load profile and judges it by the profile's thresholds. Requests are due by the users' number alone, however " +
        "slowly the answers come, and each is timed from when it was due. Writes that a journey numbers are looked up in the " +
        "database in the end. The result is kept in .rehearsal/STACK/load, as JSON and as a page. Exit code 0 when nothing is " +
        "below what is acceptable, 130 when it was interrupted, else 1. Only this machine or the stack's own " +
        "domain can be loaded.",
    )
    .requiredOption(
      "--profile <name>",
      `${SHIPPED.join(", ")}, or a YAML file (as rollout/load/profiles/10.yaml)`,
    )
    .option("--for <duration>", "play it in this time, such as 10s, with its shape kept", lengthOf)
    .option("--url <url>", "where the stack is, when not where it is rehearsed")
    .option("--seed <number>", "another seed, other arrivals and requests", seedOf, 1)
    .option("--compare <file>", "an earlier result: says what differs beyond noise")
    .option("--print-k6", "print the profile as a script for k6, and send nothing")
    .option("--yes-on-aws", "yes, load the real servers of --on aws")
    .addOption(onOption())
    .action(load);
}

async function load(_options: unknown, command: Command): Promise<void> {
  const options = command.optsWithGlobals() as Options;
  const { stack, json } = globalOptions(command);
  const dir = projectDir();
  const settings = stackSettings(dir, stack);
  const { journeys, from } = journeysOf(settings);
  const read = readProfile(options.profile, journeys);
  if (read.journeys.every((each) => journeys.includes(each))) tell(`journeys: ${from}`);
  const profile = options.for === undefined ? read : lasting(read, options.for);
  if (options.printK6) return void out(k6Script(profile, settings.domain));

  const before = options.compare === undefined ? undefined : earlier(options.compare);
  const target = await where(options, { dir, stack, settings, profile });
  const askDatabase = await database(profile, target, command);
  const run = await played({ stack, target, profile, seed: options.seed, askDatabase });
  const comparison = before && compare(before, run);
  const files = kept(join(dir, ".rehearsal", stack, LOADS), run, comparison);
  const { timeline: _, ...told } = run;
  const document = { ...told, ...(comparison && { comparison }), files };
  out(json ? `${JSON.stringify(document)}\n` : runText(run, comparison));
  if (!json) out(`  ${files.page}\n  ${files.data}\n`);
  process.exitCode = run.interrupted ? INTERRUPTED : run.passed ? 0 : 1;
}

async function where(
  { url, on, yesOnAws = false }: Options,
  { dir, stack, settings, profile }: { dir: string; stack: string; settings: Settings; profile: Profile },
): Promise<Target> {
  const [{ placeIn }, { caFileOf, urlOf }, { Ledger }] = await Promise.all([
    import("../platforms/rehearsal/verbs/options.ts"),
    import("../platforms/rehearsal/verbs/status.ts"),
    import("../platforms/rehearsal/machine/state.ts"),
  ]);
  const rehearsed = () => {
    const ledger = Ledger.openOrFail(placeIn({ projectDir: dir, stack }));
    return { url: urlOf(ledger), domain: ledger.state.domain, caFile: caFileOf(ledger) };
  };
  const { domain, limits } = settings;
  const { requestsPerMinute } = limits;
  return targetOf({ url, on, consent: yesOnAws, domain, requestsPerMinute, profile, rehearsed });
}

/** The stack's, where the load goes to the stack and writes are to be looked up. Opened before anything is sent. */
async function database({ journeys }: Profile, { caFile }: Target, command: Command) {
  const isStack = caFile !== undefined || (command.optsWithGlobals() as Options).on === "aws";
  if (!isStack || journeys.every(({ written }) => written === undefined)) return undefined;
  return (await import("./visit/ask-database.ts")).databaseOf(command);
}

/** Until its end, or Ctrl-C: then with what there is. */
async function played(options: Parameters<typeof play>[0]): Promise<LoadRun> {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const progress = progressOn(process.stderr);
  try {
    return await play({ ...options, signal: ending.signal, onProgress: progress.show });
  } finally {
    progress.end();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, end);
  }
}

function kept(folder: string, run: LoadRun, comparison: Comparison | undefined) {
  mkdirSync(folder, { recursive: true });
  const name = `${run.startedAt.slice(0, 19).replaceAll(":", "")}-${run.profile.name}`;
  const files = { data: join(folder, `${name}.json`), page: join(folder, `${name}.html`) };
  writeFileSync(files.data, `${JSON.stringify(run)}\n`);
  writeFileSync(files.page, loadPage(run, comparison));
  return files;
}

/** @throws {Misuse} when it is no result of this verb: before any load is sent */
function earlier(file: string): LoadRun {
  const text = textOf(file, resolve(file));
  try {
    const run = JSON.parse(text) as Partial<LoadRun>;
    if (run.version === 1 && Array.isArray(run.timeline) && run.profile && run.generator)
      return run as LoadRun;
  } catch {
    // Not even JSON.
  }
  throw new Misuse(`--compare ${file}: it isn't a result of rollout load (.rehearsal/STACK/load/*.json)`);
}

function lengthOf(text: string): number {
  if (isDuration(text) && milliseconds(text) >= 1000) return milliseconds(text);
  throw new InvalidArgumentError("It must be a duration of a second or more, such as 10s.");
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}
