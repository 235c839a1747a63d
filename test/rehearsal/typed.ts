import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "../support/sample.ts";

/** What a person's terminal has, and nobody's whom a test must not tell. */
export const TYPING: NodeJS.ProcessEnv = {
  ...process.env,
  ROLLOUT_ON: undefined,
  ROLLOUT_WEBHOOKS: undefined,
  ROLLOUT_SNS_TOPICS: undefined,
};

/** `bin/rollout WORDS --stack beta` as a person types it in a project's folder: its exit code, and what it said. */
export async function typed({ projectDir }: { projectDir: string }, ...words: string[]) {
  const child: ChildProcess = spawn(join(ROOT, "bin/rollout"), [...words, "--stack", "beta"], {
    cwd: projectDir,
    env: TYPING,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, said, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code: code as number | null, out, said };
}
