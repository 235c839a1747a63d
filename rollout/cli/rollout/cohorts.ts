import type { Command } from "commander";
import { conditionsOf, membersText } from "../../../infra/settings/cohorts/conditions.ts";
import { CLOSED } from "../../../infra/settings/schema/traffic/cohorts.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { planOf } from "../../core/plan.ts";
import type { Led } from "../../core/reading.ts";
import type { RolloutState } from "../../core/state.ts";
import { shareOf } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import { makeRoom } from "../../run/make-room.ts";
import { onOption, type StackAtHand, stackAtHand } from "../on.ts";
import { out } from "../out.ts";
import { hasSettled, stateOf } from "./drive.ts";

export function register(program: Command): void {
  program
    .command("cohorts")
    .summary("show who is led to which track, and lead them")
    .argument("[cohorts...]", "of `rollout:cohorts`; without any: all of them are shown")
    .description(
      "Who is in each cohort, where the config leads it and where the balancer does. With `--to` it is written into the stack's " +
        "config, comments kept, and comes into effect; nothing else changes. A rollback closes every cohort, and so does the last step.",
    )
    .option("--to <track>", "lead them to this track whatever its weight; none: close them")
    .option("--grow", "ask for the servers that are missing, and wait for them")
    .addOption(onOption())
    .action(async (names: string[], { to, grow }: { to?: string; grow?: boolean }, command: Command) => {
      const here = await stackAtHand(command);
      if (to !== undefined) await lead(here, names, to, { grow });
      else if (names.length > 0)
        throw new UserError("say where they are to be led: --to TRACK, or --to none");
      const shown = await look(here);
      const { stack, json } = here;
      out(json ? `${JSON.stringify({ stack, cohorts: shown })}\n` : cohortsText(stack, shown));
    });
}

interface Shown {
  who: string;
  /** By the config, and by the balancer: a track or `none`. */
  to: string;
  real: string;
}

async function look({ platform, settings }: Pick<StackAtHand, "platform" | "settings">) {
  const { cohorts } = await platform.readWeights();
  const { config, real }: { config: Led; real: Led } = cohorts ?? { config: {}, real: {} };
  const names = [...new Set([...Object.keys(settings.cohorts), ...Object.keys(real)])].sort();
  return Object.fromEntries(
    names.map((name): [string, Shown] => {
      const cohort = settings.cohorts[name];
      const who = cohort ? membersText(conditionsOf(cohort)) : "not in the config";
      return [name, { who, to: config[name] ?? CLOSED, real: real[name] ?? CLOSED }];
    }),
  );
}

function cohortsText(stack: string, shown: Readonly<Record<string, Shown>>): string {
  const lines = Object.entries(shown).map(([name, { who, to, real }]) => {
    const led = to === CLOSED ? "closed" : `led to ${to}`;
    return `${name}: ${led}${real === to ? "" : ` (the balancer: ${real})`}; ${who}\n`;
  });
  return lines.join("") || `${stack}: no cohorts\n`;
}

/**
 * @throws {UserError} for a cohort or track that isn't there, while a rollout hasn't come to its first step, and without the servers for it
 */
export async function lead(
  here: Pick<StackAtHand, "platform" | "stack" | "settings" | "say">,
  names: readonly string[],
  to: string,
  { grow = false }: { grow?: boolean | undefined } = {},
  clock: Clock = systemClock,
): Promise<void> {
  const { platform, settings, stack, say } = here;
  const known = Object.keys(settings.cohorts);
  const strange = names.find((name) => !known.includes(name));
  if (names.length === 0 || strange !== undefined)
    throw new UserError(
      `${strange === undefined ? "name a cohort" : `${stack} has no cohort ${strange}`}: it has ${known.join(", ") || "none"}`,
    );
  if (to !== CLOSED) {
    const others = settings.tracks.map(({ name }) => name).filter((name) => name !== settings.stable);
    if (!others.includes(to))
      throw new UserError(
        `cohorts are led to a track that isn't stable (${others.join(", ")}), not to ${to}`,
      );
    const state = await stateOf(here);
    if (state && isComing(state, to))
      throw new UserError(`the rollout of ${to} hasn't come to its first step: nobody is led to it before`);
    const real = await platform.readRealWeights();
    const more = names.reduce((sum, name) => sum + (settings.cohorts[name]?.users?.percent ?? 1), 0);
    const share = Math.min(100, shareOf(real, to) + more);
    const withinMs = planOf(settings.plan).limits.capacitySeconds * 1000;
    await makeRoom(
      real,
      { [to]: share },
      { platform, lacking: grow ? "grow" : "refuse", withinMs, clock, say },
    );
  }
  await platform.setCohorts(names, to);
}

/** Whether a rollout still brings a version to its track. */
function isComing(state: RolloutState, track: string): boolean {
  const before: RolloutState["stage"]["at"][] = ["clear", "backup", "migrate", "deploy", "smoke"];
  return !hasSettled(state) && state.candidate === track && before.includes(state.stage.at);
}
