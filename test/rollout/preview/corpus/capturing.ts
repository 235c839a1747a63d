import { deferSeldomNeeded } from "../../../../infra/loading/deferred.ts";
import type { CaptureOptions } from "../../../../rollout/graph/capture.ts";
import type { Captured } from "./capturer.ts";

// The process of a `Capturer`. Each program must lie in a folder of its own: what has been imported isn't read again.
deferSeldomNeeded();
const { runProgram } = await import("../../../../rollout/graph/recording/run-program.ts");
const home = process.cwd();

process.on("message", async ({ projectDir, stack }: CaptureOptions) => {
  const answer = await runProgram(projectDir, stack)
    .then((graph): Captured => ({ graph }))
    .catch((error: Error): Captured => ({ error: error.stack ?? error.message }));
  process.chdir(home);
  process.send!(answer);
});
