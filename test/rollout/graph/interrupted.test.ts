import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../../rollout/errors.ts";
import { captureText } from "../../../rollout/graph/capture.ts";
import { ROOT } from "../../support/sample.ts";

function projectOf(program: string): string {
  const projectDir = mkdtempSync(join(tmpdir(), "interrupted-"));
  onTestFinished(() => rmSync(projectDir, { recursive: true }));
  writeFileSync(join(projectDir, "Pulumi.yaml"), "name: cut\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(join(projectDir, "Pulumi.beta.yaml"), "config: {}\n");
  writeFileSync(join(projectDir, "index.js"), `${program}\n`);
  return projectDir;
}

function capture(program: string): Promise<string> {
  return captureText({ projectDir: projectOf(`${program}; setInterval(() => {}, 1000);`), stack: "beta" });
}

// Ctrl-C reaches the capture, too, and its end is seen by a command that tidies up before its own.
test.each(["SIGINT", "SIGTERM", "SIGHUP"])("a capture that %s ends is no mistake of ours", async (signal) => {
  const captured = capture(`process.kill(process.pid, "${signal}")`);
  await expect(captured).rejects.toThrow(new UserError("the capture of beta was interrupted"));
});

test("one that dies is", async () => {
  await expect(capture(`process.kill(process.pid, "SIGKILL")`)).rejects.toThrow(
    "the capture of beta ended early (exit SIGKILL)",
  );
});

test("whose caller was killed says nothing on the terminal", async () => {
  const child = join(ROOT, "rollout/graph/recording/child.ts");
  const running = spawn(process.execPath, [child, projectOf(""), "beta"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  (running.stdio[3] as Readable).destroy();
  expect(await text(running.stderr as Readable)).toBe("");
});
