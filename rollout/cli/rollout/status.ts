import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { readingText } from "../../core/reading.ts";
import { runnerOf } from "../../run/hearing.ts";
import { longLines } from "../../view/long-connections.ts";
import type { StatusView } from "../../view/model.ts";
import { plain } from "../../view/plain.ts";
import { statusLine, statusLines } from "../../view/status.ts";
import { onOption, type StackAtHand, stackAtHand, whoami } from "../on.ts";
import { outLine, paint } from "../out.ts";
import { stateOf } from "./drive.ts";
import { longConnections } from "./long.ts";
import { Onlooker } from "./look.ts";

const EVERY_MS = 1_000;

export function register(program: Command): void {
  program
    .command("status")
    .summary("show how a rollout stands")
    .description(
      "The steps, the split asked for and the real one, each track's rate, errors and latency, and how far each gate's " +
        "evidence is on the way to fail and to pass. With --watch until the rollout is over: redrawn each second on a " +
        "terminal, else a line whenever something changes. It ends as the rollout does: with 0 once it is promoted, else 1.",
    )
    .option("-w, --watch", "stay until the rollout is over")
    .addOption(onOption())
    .action(async ({ watch }: { watch?: boolean }, command: Command) => {
      const here = await stackAtHand(command);
      if (watch && !here.json) await watchIt(here);
      else await showOnce(here);
    });
}

async function showOnce(here: StackAtHand): Promise<void> {
  const { platform, json, stack } = here;
  const onlooker = new Onlooker(here);
  const sight = await onlooker.see();
  const reading = await platform.readWeights();
  if (!sight && !json) return outLine(`${stack}: no rollout has begun\n${readingText(reading)}`);
  const long = sight && (await longConnections(here, sight.state, sight.entries));
  if (json) {
    const document = { stack, weights: reading, rollout: sight?.view ?? null, ...(long && { long }) };
    return outLine(JSON.stringify(document));
  }
  const lines = longLines(long ?? []);
  const open = lines.length > 0 ? ["", "WebSockets and event streams", ...lines.map(plain)] : [];
  paint(
    [...(sight ? statusLines(sight.view, lookOf()) : []), ...open, "", plain(readingText(reading)), ""].join(
      "\n",
    ),
  );
}

async function watchIt(here: StackAtHand): Promise<void> {
  const { platform, stack, say } = here;
  const onlooker = new Onlooker(here);
  const draw = process.stdout.isTTY ? redrawing() : logging();
  // A run that is there has another rollout to begin: the one before is over, and nobody means it.
  let before = (await stateOf(here))?.rollout;
  let told = false;
  for (; ; await sleep(EVERY_MS)) {
    const view = await onlooker.look();
    if (!view) return outLine(`${stack}: no rollout has begun`);
    if (view.over && view.rollout === before && (await runnerOf(platform, whoami())) !== undefined) {
      if (!told) say(`${before} is over; the next one is about to begin`);
      told = true;
      continue;
    }
    before = undefined;
    draw(view);
    if (!view.over) continue;
    process.exitCode = view.outcome === "promoted" ? 0 : 1;
    return;
  }
}

/** Over the lines from before: what scrolled away stays. */
function redrawing(): (view: StatusView) => void {
  let drawn = 0;
  return (view) => {
    const look = lookOf();
    const lines = statusLines(view, look).map((line) => cut(line, look.width));
    paint(`${drawn > 0 ? `\x1b[${drawn}A` : ""}${lines.map((line) => `\x1b[2K${line}\n`).join("")}\x1b[J`);
    drawn = lines.length;
  };
}

/** A line when what is done or asked for changes, and every 30 s. */
function logging(): (view: StatusView) => void {
  let last = "";
  let at = 0;
  return (view) => {
    const what = JSON.stringify([view.doing, view.attention, view.asked, view.real]);
    if (what === last && performance.now() - at < 30_000) return;
    last = what;
    at = performance.now();
    outLine(`${new Date().toISOString().slice(11, 19)}  ${statusLine(view)}`);
  };
}

/** A line that wraps would be two, and the next drawing off by one. Codes take no room, so a painted line is left whole unless it is long. */
function cut(line: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of colours begin with one
  const bare = line.replaceAll(/\x1b\[\d+m/g, "");
  return bare.length < width ? line : bare.slice(0, width - 1);
}

/** NO_COLOR: https://no-color.org, any value that isn't empty. */
function lookOf() {
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return { color, width: process.stdout.columns ?? 100 };
}
