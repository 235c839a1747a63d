import { readFileSync, rmSync } from "node:fs";
import { stackSettings } from "../../../rollout/config/settings.ts";
import { StackFile, stackFileOf } from "../../../rollout/config/stack-file.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import { captureText } from "../../../rollout/graph/capture.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { ofType } from "../../../rollout/graph/resources.ts";
import { TYPES } from "../../../rollout/graph/types.ts";
import { noticeOf } from "../../../rollout/notify/notice.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { run } from "../../../rollout/run/run.ts";
import { teardown } from "../../../rollout/teardown/teardown.ts";
import { layOut } from "../project.ts";
import { Account } from "./account.ts";
import { answerFor } from "./api.ts";
import { type Step, StoryEngine } from "./engine.ts";
import type { Line } from "./mailbox.ts";
import { StoryPlatform } from "./platform.ts";
import { Timeline } from "./timeline.ts";
import { type Luck, timesBy, usually } from "./times.ts";

/** A Monday, half an hour before the prod stack's freeze ends and in the middle of a backup's six hours. */
const START = Date.UTC(2026, 10, 30, 8, 30);
const HOUR_MS = 3_600_000;

export const CHAPTERS = [
  "up",
  "half a day",
  "second up",
  "weights",
  "image",
  "flags",
  "flags again",
  "rollout",
  "teardown",
] as const;
export type Chapter = (typeof CHAPTERS)[number];

export interface StoryOptions {
  stack: string;
  /** How long the services take; as a rule: as usual. */
  luck?: Luck;
  /** What is wrong with the program: each captured graph as it is to be played. */
  edit?: (graph: Graph, chapter: Chapter) => Graph;
  /** The last chapter; all, when left out. */
  until?: Chapter;
  skip?: readonly Chapter[];
  /** The teardown is a plain `pulumi destroy`. */
  plainDestroy?: boolean;
  /** Names of snapshots that an earlier stack left. */
  snapshots?: readonly string[];
}

export interface Told {
  lines: Line[];
  chapters: { name: Chapter; at: number; steps: Step[]; failed?: string }[];
}

const PLAN = {
  steps: [
    { weight: 10, bake: "10m" },
    { weight: 50, bake: "10m" },
    { weight: 100, bake: "20m" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
};

/**
 * A stack's life on an AWS that answers over time: brought up, left alone, changed, rolled out, taken down. The program is the
 * real one, captured; its hooks, the rollout and the teardown are the real code with their own clients. Only AWS and Pulumi's
 * engine are played, by the rules of test/aws/rules.
 */
export async function tell(options: StoryOptions): Promise<Told> {
  const {
    stack,
    luck = usually,
    edit = (graph) => graph,
    until,
    skip = [],
    plainDestroy,
    snapshots = [],
  } = options;
  const folder = layOut(stack, { plan: PLAN });
  try {
    const timeline = new Timeline(START);
    const chapters: Told["chapters"] = [];
    const capture = async () => {
      const chapter = chapters.at(-1)?.name ?? "up";
      return edit(changed(await captured(folder, stack), chapter), chapter);
    };
    const account = new Account(timeline, timesBy(luck), await capture());
    for (const each of snapshots) account.snapshots.add(each);
    const stop = answerFor(account);
    const engine = new StoryEngine(account, capture);
    const play = chaptersOf({ stack, folder, account, engine, plainDestroy });
    try {
      await timeline.play(async () => {
        for (const name of CHAPTERS.filter((each) => !skip.includes(each))) {
          const chapter: Told["chapters"][number] = { name, at: timeline.now(), steps: [] };
          chapters.push(chapter);
          account.mailbox.say("step", `-- ${name}`);
          const before = engine.steps.length;
          await play[name]().catch((error: Error) => {
            chapter.failed = error.message;
            account.mailbox.say("refused", `${name} failed: ${error.message}`);
          });
          chapter.steps = engine.steps.slice(before);
          if (chapter.failed !== undefined || name === until) break;
        }
      });
    } finally {
      stop();
    }
    return { lines: account.mailbox.lines, chapters };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const known = new Map<string, Promise<string>>();

/** The same config is captured once: the program is the same all the while. */
async function captured(projectDir: string, stack: string): Promise<Graph> {
  const config = readFileSync(stackFileOf(projectDir, stack), "utf8");
  const text = known.get(config) ?? captureText({ projectDir, stack });
  known.set(config, text);
  return JSON.parse(await text);
}

interface Parts {
  stack: string;
  folder: string;
  account: Account;
  engine: StoryEngine;
  plainDestroy: boolean | undefined;
}

function chaptersOf({
  stack,
  folder,
  account,
  engine,
  plainDestroy,
}: Parts): Record<Chapter, () => Promise<void>> {
  const { timeline, mailbox } = account;
  const config = new StackFile(folder, stack);
  const up = () => engine.up(undefined, "");
  /** Alarms over a quarter of an hour have their say. */
  const calm = () => timeline.sleep(HOUR_MS);
  return {
    up: async () => {
      await up();
      await calm();
    },
    "half a day": () => timeline.sleep(12 * HOUR_MS),
    "second up": up,
    weights: async () => {
      await config.setWeights({ blue: 75, green: 25 });
      await up();
      await calm();
    },
    image: async () => {
      await up();
      await calm();
    },
    flags: up,
    // At once: the last deployment still bakes.
    "flags again": async () => {
      await up();
      await calm();
    },
    rollout: async () => {
      const { plan: asked } = stackSettings(folder, stack);
      const plan = { ...planOf(asked), freeze: [] };
      const facts = factsOf(await engine.deployment());
      const options = { projectDir: folder, stack, slowMs: plan.gates.p95Ms, clock: timeline, engine };
      const platform = new StoryPlatform(options, facts, account);
      const subject = { stack, stable: "blue", candidate: "green" };
      const { outcome, reason } = await run({
        platform,
        judge: judgeOf(plan),
        owner: "a person",
        begin: { rollout: "the story's", stable: "blue", candidate: "green", plan },
        clock: timeline,
        pollMs: 10_000,
        notify: async (entry) => {
          const { severity, title } = noticeOf(entry, subject);
          const topic = facts.alertTopicArns[severity];
          if (topic) mailbox.publish(topic, title);
        },
      });
      account.written.add("journal");
      if (outcome !== "promoted") throw new Error(`${outcome}: ${reason}`);
      await calm();
    },
    teardown: async () => {
      if (plainDestroy) return engine.destroy("");
      await teardown({ stack, engine, clock: timeline, confirm: async () => stack, say: () => {} });
    },
  };
}

/** What people change on the way: the app's sources in `image`, then flags. */
function changed(graph: Graph, chapter: Chapter): Graph {
  const since = (name: Chapter) => CHAPTERS.indexOf(chapter) >= CHAPTERS.indexOf(name);
  let now = graph;
  if (since("image")) {
    const built = now.resources.find(({ type }) => type.startsWith("docker:"));
    const digest = /\.cache\/build\/([0-9a-f]+)/.exec(JSON.stringify(built?.inputs))?.[1];
    if (!digest) throw new Error("the stack builds no image");
    const other = digest.replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
    const text = JSON.stringify(now)
      .replaceAll(digest, other)
      .replaceAll(digest.slice(0, 12), other.slice(0, 12));
    now = JSON.parse(text) as Graph;
  }
  if (since("flags"))
    for (const each of ofType(now, TYPES.flagsVersion))
      each.inputs.description = since("flags again") ? "another flag was changed" : "a flag was changed";
  return now;
}

/** Mail and SMS beside the confirmations and what a rollout tells of its good course (P4), and whatever was refused: what must not be. */
export function noise({ lines }: Told): Line[] {
  return lines.filter(({ kind, text }) =>
    kind === "mail" || kind === "sms" ? !/: P4 \w+: .*\(\w+-p4\)$/.test(text) : kind === "refused",
  );
}
