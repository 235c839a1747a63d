import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { isDuration, milliseconds } from "../../infra/settings/duration.ts";
import type { CheckContext } from "../check/about.ts";
import { once } from "../check/once.ts";
import { PRE_LAUNCH, type Result, runChecks, SERVICE } from "../check/run.ts";
import type { CheckSourceOptions, CheckSources } from "../check/sources.ts";
import { countsOf, resultsText } from "../check/text.ts";
import { watch } from "../check/watch.ts";
import { Misuse } from "../errors.ts";
import { onOption, type StackAtHand, stackAtHand } from "./on.ts";
import { out } from "./out.ts";
import { TELL_HELP, tellerOf } from "./tell.ts";

interface Options {
  candidate?: string;
  strict?: boolean;
  watch?: number;
}

export function register(program: Command): void {
  program
    .command("check")
    .summary("go through the checklist before a launch, or watch the service")
    .description(
      "Checks DNS, certificate, TLS, ports, secrets, backups, the last restore, alarms, flags, capacity for the plan, migrations, " +
        "smoke tests, whether a rollback of the candidate's version was rehearsed, and quotas. What fails leads with what to " +
        "do. Exit code 0 when nothing fails, else 1. With --watch: health, database, disk and certificate again and again, " +
        "with a notice when one fails and when it is well again; Ctrl-C ends it.",
    )
    .option("--candidate <track>", "the track that is to take over (default: the only other one)")
    .option("--strict", "what is unknown fails too")
    .option("--watch <interval>", "the service check, every so often, such as 5m", intervalOf)
    .addOption(onOption())
    .addHelpText("after", `\n${TELL_HELP}`)
    .action(async (options: Options, command: Command) => {
      const here = await stackAtHand(command);
      const about = aboutOf(here, options.candidate);
      const sources = await sourcesOf(here, about);
      if (options.watch !== undefined) await keepWatch(here, about, sources, options.watch);
      else await checkOnce(here, about, sources, options.strict ?? false);
    });
}

async function checkOnce(
  { stack, json, platform }: StackAtHand,
  about: CheckContext,
  sources: CheckSources,
  strict: boolean,
): Promise<void> {
  const results = await runChecks(PRE_LAUNCH, sources, about);
  const counts = countsOf(results);
  const passed = counts.fail === 0 && (!strict || counts.unknown === 0);
  const document = { stack, on: platform.kind, passed, ...counts, results };
  const text = resultsText(`${stack} (${platform.kind})`, results);
  out(`${json ? JSON.stringify(document) : text}\n`);
  process.exitCode = passed ? 0 : 1;
}

/** Until Ctrl-C, which is its good end. */
async function keepWatch(
  here: StackAtHand,
  about: CheckContext,
  sources: CheckSources,
  everyMs: number,
): Promise<void> {
  const { stack, json } = here;
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  try {
    await watch({
      stack,
      everyMs,
      check: () => runChecks(SERVICE, sources, { ...about, now: Date.now() }),
      notifier: tellerOf(here),
      now: Date.now,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
      told: (results, at) => out(`${json ? roundJson(stack, results, at) : roundText(results, at)}\n`),
      signal: ending.signal,
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, end);
  }
}

/** One document a line: a watch has no end to wait for. */
function roundJson(stack: string, results: Result[], at: number): string {
  return JSON.stringify({ stack, at, ...countsOf(results), results });
}

function roundText(results: Result[], at: number): string {
  const time = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  const bad = results.filter(({ status }) => status !== "pass");
  if (bad.length === 0) return `${time} all well: ${results.map(({ check }) => check).join(", ")}`;
  return resultsText(
    time,
    bad.length === results.length ? results : [...bad, ...results.filter((each) => !bad.includes(each))],
  );
}

function aboutOf({ settings, stack, platform }: StackAtHand, asked: string | undefined): CheckContext {
  const names = settings.tracks.map(({ name }) => name);
  if (asked !== undefined && !names.includes(asked))
    throw new Misuse(`${stack} has no track ${asked}: its tracks are ${names.join(", ")}`);
  const others = names.filter((name) => name !== settings.stable);
  const candidate = asked ?? (others.length === 1 ? others[0] : undefined);
  return { stack, on: platform.kind, settings, candidate, now: Date.now() };
}

/** The AWS SDK is loaded only when it is AWS. */
async function sourcesOf(
  { platform, projectDir, stack }: StackAtHand,
  about: CheckContext,
): Promise<CheckSources> {
  const graph = once(async () => {
    const { captureGraph } = await import("../graph/capture.ts");
    return captureGraph({ projectDir, stack });
  });
  const common: Omit<CheckSourceOptions, "door" | "operatorToken"> = { about, platform, projectDir, graph };
  if (platform.kind === "aws") return (await import("../check/aws/sources.ts")).awsSources(common);
  return (await import("../check/rehearsal/sources.ts")).rehearsalSources(common);
}

function intervalOf(text: string): number {
  if (isDuration(text) && milliseconds(text) >= 1000) return milliseconds(text);
  throw new InvalidArgumentError("It must be a duration of a second or more, such as 5m.");
}
