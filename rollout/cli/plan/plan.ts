import { type Command, InvalidArgumentError } from "commander";
import { systemClock } from "../../clock.ts";
import { stackSettings } from "../../config/settings.ts";
import { planOf } from "../../core/plan.ts";
import { UserError } from "../../errors.ts";
import { priceSource } from "../../preview/cost/prices.ts";
import { length, minutesOf, rolloutCost, spentText } from "../../preview/cost/rollout.ts";
import type { RolloutCost } from "../../preview/model.ts";
import { detectable, type PlanTraffic, type StepPower } from "../../run/gates/detectable.ts";
import { onOption } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { outLine } from "../out.ts";
import { fittingLines, isShort } from "./fitting.ts";
import { ownTraffic } from "./traffic.ts";

export function register(program: Command): void {
  program
    .command("plan")
    .summary("say what the plan can find at the stack's traffic, and how")
    .description(
      "Plays the plan's own gates at the traffic that you name, or else at the stack's own of the last hour: how long each step takes to find a candidate that fails twice or ten " +
        "times as often as stable, how long one that is well waits, how many requests and sessions a step shows it to, and what the rollout costs.",
    )
    .option(
      "--rate <number>",
      "the requests of the whole stack in a second (default: what is measured, else 1)",
      rateOf,
    )
    .option("--fails <percent>", "how many of stable's requests fail, in percent (default: 0.1)", percentOf)
    .addOption(onOption())
    .addHelpText("after", "\nExample: rollout plan --stack beta --rate 2")
    .action(plan);
}

async function plan(_options: unknown, command: Command): Promise<void> {
  const { stack, json } = globalOptions(command);
  const settings = stackSettings(projectDir(), stack);
  const { said, sessionsPerSecond, ...traffic } = await trafficOf(command);
  if (!json) for (const line of said) outLine(line);
  const steps = traffic.requestsPerSecond > 0 ? detectable(planOf(settings.plan), traffic) : [];
  const cost = rolloutCost(settings);
  if (json) return outLine(JSON.stringify({ stack, ...traffic, sessionsPerSecond, steps, cost }));
  for (const line of planText(stack, traffic.requestsPerSecond, steps, cost, sessionsPerSecond))
    outLine(line);
}

/** What is named, else what is measured. Where nobody can be asked here, one request a second; on AWS that is said. */
async function trafficOf(
  command: Command,
): Promise<PlanTraffic & { sessionsPerSecond?: number; said: string[] }> {
  const { rate, fails, on } = command.optsWithGlobals() as { rate?: number; fails?: number; on: string };
  const named = fails === undefined ? {} : { badShare: fails / 100 };
  if (rate !== undefined) return { requestsPerSecond: rate, ...named, said: [] };
  try {
    const { requestsPerSecond, sessionsPerSecond, badShare } = await ownTraffic(command);
    return {
      requestsPerSecond: Math.round(requestsPerSecond * 1000) / 1000,
      ...(sessionsPerSecond !== undefined && { sessionsPerSecond }),
      ...(badShare !== undefined && { badShare }),
      ...named,
      said:
        requestsPerSecond > 0
          ? ["By the traffic of the last hour:"]
          : ["Nobody asked it anything in the last hour."],
    };
  } catch (error) {
    if (on === "aws" || !(error instanceof UserError)) throw error;
    return {
      requestsPerSecond: 1,
      ...named,
      said: ["It isn't rehearsed here, so that it has no traffic to read: 1 request a second is assumed."],
    };
  }
}

export function planText(
  stack: string,
  rate: number,
  steps: readonly StepPower[],
  cost: RolloutCost,
  sessionsPerSecond?: number,
  now = systemClock.now(),
): string[] {
  const sessions = (seconds: number) =>
    sessionsPerSecond === undefined ? "" : ` of ${Math.round(sessionsPerSecond * seconds)} sessions`;
  const lines = steps.flatMap(({ weight, bakeSeconds, mostSeconds, found, passes }) => [
    `${weight} %: ${length(bakeSeconds)}, ${Math.round((rate * bakeSeconds * weight) / 100)} requests${sessions((bakeSeconds * weight) / 100)} to the candidate`,
    ...found.map(
      ({ ratio, seconds }) =>
        `  failing x${ratio}: ${seconds ? `found after ${length(seconds)}` : "not found within 6 h"}`,
    ),
    passes === undefined
      ? "  one that is well doesn't pass within a day: the rollout pauses, and a person decides"
      : passes > mostSeconds
        ? `  one that is well passes after ${length(passes)}, beyond bake and deadline: the rollout pauses before`
        : passes > bakeSeconds
          ? `  one that is well passes after ${length(passes)}: a longer bake decides without a wait`
          : `  one that is well passes after ${length(passes)}, within the bake`,
  ]);
  const pauses = steps.some(isShort);
  return [
    `${stack} at ${Number(rate.toPrecision(3))} requests a second (median of simulated rollouts)`,
    ...lines,
    ...(steps.length === 0 ? FIRST_DAYS : pauses ? [...fittingLines(steps), ...FEW] : []),
    `A rollout costs ${spentText(cost)} (${priceSource(now)}).`,
    `Driven by the workflow release, it takes ${minutesOf(cost)} minutes of CI, as a job waits with it; driven by rollout controller, next to none.`,
  ];
}

const FIRST_DAYS = [
  "Without traffic no gate decides: each waits for its data, and at the step's deadline the rollout pauses. In the first days a version is",
  "judged by the smoke tests before each step, by journeys that are played (rollout load), by testers who reach the candidate at any",
  "weight (docs/cohorts.md), and by a person, who looks and says rollout promote or rollout rollback. Alarms go back by themselves all along.",
];

const FEW = [
  "So few requests decide little by statistics. What decides then: the smoke tests before each step, the journeys",
  "(rollout load plays them), and a person, who looks and says rollout promote or rollout rollback.",
];

function rateOf(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= 10_000) return rate;
  throw new InvalidArgumentError("It must be a number above 0, 10000 at most.");
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (text !== "" && percent > 0 && percent < 50) return percent;
  throw new InvalidArgumentError("It must be a number above 0 and below 50.");
}
