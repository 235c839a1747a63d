import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../../rollout/errors.ts";
import { captureText } from "../../../rollout/graph/capture.ts";

function capture(program: string): Promise<string> {
  const projectDir = mkdtempSync(join(tmpdir(), "interrupted-"));
  onTestFinished(() => rmSync(projectDir, { recursive: true }));
  writeFileSync(join(projectDir, "Pulumi.yaml"), "name: cut\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(join(projectDir, "Pulumi.beta.yaml"), "config: {}\n");
  writeFileSync(join(projectDir, "index.js"), `${program}; setInterval(() => {}, 1000);\n`);
  return captureText({ projectDir, stack: "beta" });
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
