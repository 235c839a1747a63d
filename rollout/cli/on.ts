import { mkdirSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { milliseconds } from "../../infra/settings/duration.ts";
import type { Settings } from "../../infra/settings/settled.ts";
import type { Severity } from "../../infra/watch/alerts.ts";
import { stackSettings } from "../config/settings.ts";
import type { Platform } from "../platforms/platform.ts";
import { offer } from "./offer.ts";
import { globalOptions, projectDir } from "./options.ts";
import { passOn, tell } from "./out.ts";

/** Where a rollout's verb acts. */
export interface StackAtHand {
  platform: Platform;
  settings: Settings;
  stack: string;
  json: boolean;
  projectDir: string;
  /** For people: to stderr, as stdout is for the result. */
  say: (line: string) => void;
  /** Where this machine keeps what it told and to whom. */
  noticesFile: string;
  /** The stack's SNS topics, where it has some. */
  topicArns?: Partial<Record<Severity, string>>;
  /** Its dashboard in AWS's console. */
  dashboardUrl?: string | undefined;
}

/** `--on aws|rehearsal`. The rehearsal unless said otherwise: a word forgotten must not move real users. */
export function onOption(): Option {
  return new Option("--on <platform>", "where the stack runs")
    .choices(["rehearsal", "aws"])
    .default("rehearsal")
    .env("ROLLOUT_ON");
}

/** Opens the platform that the command names. The AWS SDK is loaded only when it is AWS. */
export async function stackAtHand(command: Command): Promise<StackAtHand> {
  const { stack, json } = globalOptions(command);
  const { on } = command.optsWithGlobals() as { on: "aws" | "rehearsal" };
  const dir = projectDir();
  const settings = stackSettings(dir, stack);
  const common = { settings, stack, json, projectDir: dir, say: tell };
  if (on === "aws") {
    const { awsPlatform } = await import("../platforms/aws/platform.ts");
    const { latency, counters } = settings.plan.gates;
    const slowMs = milliseconds(latency.p95);
    const platform = await awsPlatform({ projectDir: dir, stack, slowMs, counters, onOutput: passOn, offer });
    const noticesFile = join(ownFolder(), `${stack}.notices.ndjson`);
    return {
      ...common,
      platform,
      noticesFile,
      topicArns: platform.alertTopicArns,
      dashboardUrl: platform.dashboardUrl,
    };
  }
  const { rehearsalPlatform } = await import("../platforms/rehearsal/rollout/platform.ts");
  const platform = rehearsalPlatform({ stack, projectDir: dir, say: tell });
  const noticesFile = join(dir, ".rehearsal", stack, "logs", "rollout", "notices.ndjson");
  return { ...common, platform, noticesFile };
}

/** As the XDG base directory specification says. */
function ownFolder(): string {
  const folder = join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "rollout");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Who acts: in the journal, and to whoever is refused meanwhile. */
export function whoami(): string {
  return `${userInfo().username}@${hostname()}`;
}
