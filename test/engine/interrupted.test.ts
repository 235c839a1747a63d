import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { factsOf } from "../../rollout/platforms/aws/deployment.ts";
import { automation } from "../../rollout/platforms/aws/engine.ts";
import { waitFor } from "../../rollout/waiting.ts";
import { ROOT } from "../support/sample.ts";
import { Engine, pulumiThere } from "./engine.ts";

const skipped = pulumiThere ? "" : "(skipped: there is no pulumi on the PATH) ";
const SLOW = { ECHO_UPDATE_MS: "5000" };

// What a signal, a kill and another's update do to the lock of a stack, by Pulumi's own file backend.
describe.skipIf(!pulumiThere)(`${skipped}an update that is ended on the way`, () => {
  let engine: Engine;
  const before = { ...process.env };

  beforeAll(async () => {
    engine = await Engine.create("beta");
    await engine.up();
    Object.assign(process.env, engine.environment);
  });
  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    await engine?.remove();
  });

  const locks = () => {
    const folder = join(engine.folder, "state/.pulumi/locks/organization/rollout/beta");
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  };
  const pending = async () => {
    const { stdout } = await engine.succeed("stack", "export", "--stack", "beta");
    return JSON.parse(stdout).deployment.pending_operations ?? [];
  };
  const patience = (withinMs: number) => ({ clock: systemClock, everyMs: 50, withinMs });

  /** In a group of its own, as `timeout` and a terminal have it. */
  function started(program: string, ...words: string[]) {
    const env = { ...engine.environment, ...SLOW };
    const child = spawn(program, words, { cwd: engine.project, env, detached: true });
    const said = { text: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said.text += text;
      });
    const over = new Promise<number | null>((resolve) => child.on("close", resolve));
    return {
      child,
      said,
      over,
      updating: () => waitFor("an update", patience(60_000), () => UPDATING.test(said.text)),
    };
  }

  test("by SIGTERM to all of the group: Pulumi comes to its end, no lock and nothing half done is left", async () => {
    const rollout = started(join(ROOT, "bin/rollout"), "maintenance", "on", "--stack", "beta", "--on", "aws");
    await rollout.updating();
    expect(locks()).toHaveLength(1);
    process.kill(-rollout.child.pid!, "SIGTERM");
    expect(await rollout.over).toBe(143);
    expect(rollout.said.text).toContain("Pulumi is told to end, and waited for");
    expect(rollout.said.text).not.toContain("received; terminating");
    expect(locks()).toEqual([]);
    expect(await pending()).toEqual([]);
  });

  test("another's is waited for, and it is said who holds it since when", async () => {
    await engine.set("rollout:limits.requestsPerMinute", 160);
    const theirs = started("pulumi", "up", "--yes", "--skip-preview", "--stack", "beta");
    await theirs.updating();
    const said: string[] = [];
    const { up, deployment } = automation({
      ...{ projectDir: engine.project, stack: "beta", clock: systemClock },
      onOutput: (text) => said.push(text),
    });
    await up([factsOf(await deployment()).listenerUrn], "rollout: ours");
    expect(await theirs.over).toBe(0);
    const line = said.find((each) => each.includes("another update"));
    expect(line).toContain(`(process ${pidOf(theirs.child)}) holds it since 20`);
    expect(line).toContain("If it has died: npx pulumi cancel beta. Waiting for it, 10 min at most.");
  });

  test("one that was killed leaves its lock, which is offered to be taken away", async () => {
    await engine.set("rollout:limits.requestsPerMinute", 170);
    const theirs = started("pulumi", "up", "--yes", "--skip-preview", "--stack", "beta");
    await theirs.updating();
    theirs.child.kill("SIGKILL");
    await theirs.over;
    expect(locks()).toHaveLength(1);
    const asked: string[] = [];
    const offer = async (question: string) => asked.push(question) === 1;
    const { up, deployment } = automation({
      projectDir: engine.project,
      stack: "beta",
      clock: systemClock,
      offer,
    });
    await up([factsOf(await deployment()).listenerUrn], "rollout: ours");
    expect(asked).toEqual([expect.stringContaining("No such process is on this machine any more")]);
    expect(locks()).toEqual([]);
  });
});

/** Pulumi's line of a resource that is under way. */
const UPDATING = /~ {2}aws:.* updating/;

function pidOf({ pid }: ChildProcess): number {
  return pid!;
}
