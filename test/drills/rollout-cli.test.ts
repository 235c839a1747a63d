import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";

// The command as people use it, on a stack without users: a candidate bakes for as long as a test needs.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  plan: {
    steps: [
      { weight: 40, bake: "1h" },
      { weight: 100, bake: "1h" },
    ],
  },
});
const options = {
  cwd: project.projectDir,
  encoding: "utf8" as const,
  timeout: 60_000,
  env: TYPING,
};

beforeAll(() => rehearse.up(project));
afterAll(removeCopies);

function rollout(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(ROLLOUT, [...words, "--stack", "beta"], options);
  return { status, stdout, stderr };
}

/** Starts a run and comes back when it has written the given word into the journal. */
async function started(word: RegExp, ...words: string[]) {
  const child = spawn(ROLLOUT, ["run", ...words, "--stack", "beta"], { ...options, stdio: "pipe" });
  let said = "";
  const heard = new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (data) => {
      said += data;
      if (word.test(said)) resolve();
    });
    child.once("exit", () => reject(new Error(`it ended: ${said}`)));
  });
  await heard;
  return { child, exit: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> };
}

it("shows where it is, hears words, refuses a second run, and goes back when its run is gone", async () => {
  expect(rollout("status")).toMatchObject({
    status: 0,
    stdout: "beta: no rollout has begun\nconfig blue 100, state blue 100, balancer blue 100\n",
  });
  const { child, exit } = await started(/read back everywhere: blue 60 green 40/);
  const second = rollout("run");
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(/^A rollout of this stack is run by .* \(process \d+\), since /);
  expect(rollout("shift", "blue=100").stderr).toContain("A rollout of this stack is run by");

  expect(rollout("pause").stdout).toMatch(/^pause: told /);
  const status = JSON.parse(rollout("status", "--json").stdout);
  expect(status.rollout).toMatchObject({ asked: { blue: 60, green: 40 }, candidate: "green", over: false });
  const gates: { name: string; outcome: string }[] = status.rollout.gates;
  // What needs evidence waits for it; what is as often stable's passes.
  expect(gates.filter(({ outcome }) => outcome === "wait").map(({ name }) => name)).toEqual([
    "errors",
    "over 500 ms",
    "burn rate of 99.9 %",
    "alarms",
  ]);
  expect(JSON.parse(rollout("resume", "--json").stdout)).toMatchObject({ stack: "beta", command: "resume" });

  child.kill("SIGKILL");
  await exit;
  expect(await weights(project).read()).toEqual({ blue: 60, green: 40 });
  const back = rollout("rollback", "--json");
  expect(back.status, back.stderr).toBe(0);
  expect(JSON.parse(back.stdout)).toMatchObject({ command: "rollback", outcome: "rolled-back" });
  expect(await weights(project).read()).toEqual({ blue: 100, green: 0 });
});

it("Ctrl-C ends the run and not the rollout; a run goes on with it", async () => {
  rollout("run");
  const again = rollout("run");
  expect(again.status).toBe(1);
  expect(again.stderr).toContain("is over: rolled-back");
  const { child, exit } = await started(/read back everywhere: blue 60 green 40/, "--candidate", "green");
  child.kill("SIGINT");
  expect((await exit)[0]).toBe(130);
  expect(await weights(project).read()).toEqual({ blue: 60, green: 40 });
  expect(rollout("promote").stderr).toContain(
    "Nobody runs this rollout now. Go on: rollout run --stack beta",
  );
  const next = await started(/read back everywhere: green 100/);
  next.child.kill("SIGINT");
  await next.exit;
  expect(await weights(project).read()).toEqual({ blue: 0, green: 100 });
});

// The table of docs/rollback.md, "It stopped".
it("stops at weights that a stranger has set, and goes on with those that a person says hold", async () => {
  rollout("rollback");
  rollout("run");
  const { child, exit } = await started(/read back everywhere: blue 60 green 40/, "--candidate", "green");
  child.kill("SIGKILL");
  await exit;
  const drift = async () => {
    await weights(project).set({ blue: 80, green: 20 });
    // It watches on, until somebody decides.
    const watching = await started(
      /stopped, a person must decide: the weights differ: config blue 60 green 40, .*, balancer blue 80 green 20, the rollout left blue 60 green 40/,
    );
    watching.child.kill("SIGKILL");
    await watching.exit;
    expect(await weights(project).read()).toEqual({ blue: 80, green: 20 });
  };
  const settle = async (word: string, holds: RegExp) => {
    const going = await started(holds, word);
    going.child.kill("SIGINT");
    await going.exit;
  };

  await drift();
  await settle("--restore", /read back everywhere: blue 60 green 40/);
  expect(await weights(project).read()).toEqual({ blue: 60, green: 40 });
  await drift();
  // From there to the step that the split falls short of.
  await settle("--adopt", /everywhere: blue 80 green 20[\s\S]*everywhere: blue 60 green 40/);
  expect(await weights(project).read()).toEqual({ blue: 60, green: 40 });

  await drift();
  // As long as nobody says that what the stranger did doesn't count, not even a rollback undoes it.
  expect(rollout("rollback").stdout).toMatch(/^stopped: the rollback found other weights on the balancer/);
  expect(rollout("run", "--restore").stdout).toMatch(/^rolled-back: /);
  expect(await weights(project).read()).toEqual({ blue: 100, green: 0 });
});

it("reports, shifts by hand, and closes the stack for maintenance", () => {
  const page = rollout("report", "--out", "report.html");
  expect(page.status, page.stderr).toBe(0);
  expect(readFileSync(join(project.projectDir, "report.html"), "utf8")).toContain("<title>Rollout of beta");
  expect(JSON.parse(rollout("report", "--json").stdout)).toMatchObject({ stack: "beta" });
  expect(rollout("shift", "blue=70", "green=30")).toMatchObject({
    status: 0,
    stdout: "beta: blue 70 green 30\n",
  });
  const config = () => readFileSync(join(project.projectDir, "Pulumi.beta.yaml"), "utf8");
  expect(rollout("maintenance", "on")).toMatchObject({ status: 0, stdout: "beta: maintenance is on\n" });
  expect(config()).toContain("rollout:maintenance: true");
  expect(rollout("maintenance", "off").status).toBe(0);
  expect(config()).toContain("rollout:maintenance: false");
  const notices = readFileSync(join(project.stateDir, "beta/logs/rollout/notices.ndjson"), "utf8");
  // It was a person each time, and no version's fault.
  expect(notices).toContain("We have taken a new version back");
  expect(notices).not.toContain("A new version caused");
});
