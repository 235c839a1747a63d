import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerFiles } from "../../../../infra/host/answers/agent.ts";
import type { ServerLine } from "../../../../infra/host/answers/metrics.ts";

export const PYTHON_THERE = existsSync("/usr/bin/python3");

/** The servers' program over a log in this folder. */
export interface Counting {
  stop(): Promise<void>;
  /** The lines that it has written for CloudWatch. */
  lines(): string[];
  /** What it has told by the second. */
  secondLines(): ServerLine[];
  /** Each metric's sum in the lines for CloudWatch. */
  sums(): Record<string, number>;
}

/** @param folder where nginx's logs are, read from their beginning, and where the program and what it writes are put */
export function counting(folder: string, place = { stack: "beta", track: "blue" }): Counting {
  const program = join(folder, "rollout-answers");
  const out = join(folder, "answers.log");
  writeFileSync(program, answerFiles(place)[0]?.content ?? "");
  const child: ChildProcess = spawn("/usr/bin/python3", ["-u", program], {
    env: {
      ROLLOUT_NGINX_LOGS: folder,
      ROLLOUT_ANSWERS_LOG: out,
      ROLLOUT_EVERY: "0.1",
      ROLLOUT_FROM_START: "yes",
    },
    stdio: "inherit",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const linesOf = (file: string) =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const lines = () => linesOf(out);
  return {
    lines,
    secondLines: () => linesOf(join(folder, "seconds.log")).map((line) => JSON.parse(line) as ServerLine),
    sums() {
      const sums: Record<string, number> = {};
      for (const line of lines().map((each) => JSON.parse(each)))
        for (const { Name } of line._aws.CloudWatchMetrics[0].Metrics)
          sums[Name] = (sums[Name] ?? 0) + line[Name];
      return sums;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
