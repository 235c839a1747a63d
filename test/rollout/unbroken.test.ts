import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { ROOT } from "../support/sample.ts";

// A real process and real signals: what ends it is the operating system's.

/** Ends 300 ms after it is asked to, at once when somebody insists, and never by itself. */
const WORKER = `
import { isUnbroken, unbroken } from "${ROOT}/rollout/unbroken.ts";
process.once("SIGTERM", () => { console.log("heard", isUnbroken()); });
console.log("before", isUnbroken());
await unbroken(async () => {});
console.log("between", isUnbroken());
await unbroken(({ asked, insisted }) => new Promise((resolve) => {
  const alive = setInterval(() => {}, 1000);
  const end = (how) => { console.log(how); clearInterval(alive); resolve(); };
  asked.addEventListener("abort", () => setTimeout(() => end("ended"), 300));
  insisted.addEventListener("abort", () => end("at once"));
  console.log("under way");
}));
console.log("went on");
`;

async function worked(...signals: NodeJS.Signals[]) {
  const child = spawn("node", ["--input-type=module", "-e", WORKER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (text.includes("under way") || text.includes("heard")) {
      const [signal] = signals.splice(0, 1);
      if (signal) child.kill(signal);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, said: said.trim().split("\n").slice(2) };
}

test("a signal asks what is under way to end; then the process ends, and nothing after it is done", async () => {
  expect(await worked("SIGTERM")).toEqual({ code: 143, said: ["under way", "heard true", "ended"] });
  expect(await worked("SIGINT")).toEqual({ code: 130, said: ["under way", "ended"] });
});

test("the second signal insists", async () => {
  expect(await worked("SIGTERM", "SIGINT")).toEqual({
    code: 143,
    said: ["under way", "heard true", "at once"],
  });
});
