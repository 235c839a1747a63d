import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { StackFile } from "../../rollout/config/stack-file.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { drainingBy } from "../../rollout/platforms/aws/balancer/session-rules.ts";
import { factsOf, type StackFacts } from "../../rollout/platforms/aws/deployment.ts";
import { type Engine as Automation, automation } from "../../rollout/platforms/aws/engine.ts";
import { targetsOf } from "../../rollout/platforms/aws/targets.ts";
import { Engine, pulumiThere } from "./engine.ts";

const STACK = "beta";
const skipped = pulumiThere ? "" : "(skipped: there is no pulumi on the PATH) ";

// One story: brought up by a person, then moved by a rollout.
describe.skipIf(!pulumiThere)(`${skipped}a rollout by Pulumi's Automation API`, () => {
  let engine: Engine;
  let config: StackFile;
  let rollout: Automation;
  let projectDir: string;
  const before = { ...process.env };
  const facts = async (): Promise<StackFacts> => factsOf(await rollout.deployment());

  beforeAll(async () => {
    engine = await Engine.create(STACK);
    await engine.up();
    Object.assign(process.env, engine.environment);
    projectDir = join(engine.folder, "project");
    config = new StackFile(projectDir, STACK);
    rollout = automation({ projectDir, stack: STACK, clock: systemClock });
  });
  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    await engine?.remove();
  });

  test("reads all that it needs from the stack's state", async () => {
    const { weights, groups, url, backup, targetGroupArns } = await facts();
    expect(weights).toEqual({ blue: 90, green: 10 });
    expect(Object.keys(targetGroupArns)).toEqual(["blue", "green"]);
    expect(groups.blue).toMatchObject({ servers: 1, maxServers: 1 });
    expect(url).toBe("https://beta.example.com");
    expect(backup.roleArn).toContain("role/beta-backups");
  });

  test("moves the listener, changes nothing else, and leaves the config as it wrote it", async () => {
    await engine.set("rollout:limits.maxUsers", 60); // somebody's change that isn't up yet
    await config.setWeights({ blue: 75, green: 25 });
    const text = await readFile(engine.configFile, "utf8");
    const old = await versions();
    await rollout.up([(await facts()).listenerUrn], "rollout: blue 75 green 25");

    expect((await facts()).weights).toEqual({ blue: 75, green: 25 });
    const now = await versions();
    const changed = [...now].filter(([urn, outputs]) => old.get(urn) !== outputs).map(([urn]) => urn);
    expect(changed.filter((urn) => !urn.includes("pulumi:pulumi:Stack"))).toEqual([
      (await facts()).listenerUrn,
    ]);
    expect(await readFile(engine.configFile, "utf8")).toBe(text);
  });

  test("takes a track at 0 out of the listener, and a later `up` of all keeps it so", async () => {
    await config.setWeights({ blue: 100 });
    await rollout.up([(await facts()).listenerUrn], "rollout: blue 100");
    expect((await facts()).split.groups).toHaveLength(1);
    await engine.up();
    expect((await facts()).weights).toEqual({ blue: 100, green: 0 });
    await engine.succeed("preview", "--expect-no-changes");
  });

  test("keeps the sessions of a track at 0, which an `up` of all wouldn't change, and leaves them by one rule", async () => {
    const drains = async () => drainingBy((await facts()).sessionRules, (await facts()).weights);
    const targets = async () => {
      const { listenerUrn, sessionRules } = await facts();
      return [listenerUrn, ...sessionRules.map(({ urn }) => urn)];
    };
    await config.setWeights({ green: 100 }, "blue");
    await rollout.up(await targets(), "rollout: green 100 (blue keeps its sessions)");
    expect(await drains()).toBe("blue");
    // What an `up` of all would do.
    await engine.succeed("preview", "--expect-no-changes");

    await config.setWeights({ green: 100 });
    const old = await versions();
    await rollout.up(await targets(), "rollout: green 100");
    expect(await drains()).toBeUndefined();
    const now = await versions();
    const changed = [...now].filter(([urn, outputs]) => old.get(urn) !== outputs).map(([urn]) => urn);
    expect(changed.filter((urn) => !urn.includes("pulumi:pulumi:Stack"))).toEqual([
      expect.stringMatching(/ListenerRule::beta-blue-session$/),
    ]);
    await config.setWeights({ blue: 100 });
    await rollout.up(await targets(), "rollout: blue 100");
  });

  test("leads a cohort by one rule that comes, keeps it led through an `up` of all, and takes it away with a rollback", async () => {
    await config.setWeights({ blue: 100 });
    await engine.up();
    await engine.write(["rollout:cohorts"], {
      pilots: { path: ["/acme/*"] },
      some: { users: { percent: 20 } },
    });
    await engine.succeed("preview", "--expect-no-changes");
    const changes = async (work: () => Promise<unknown>) => {
      const old = await versions();
      await work();
      const now = await versions();
      const urns = [...new Set([...old.keys(), ...now.keys()])].filter(
        (urn) => old.get(urn) !== now.get(urn),
      );
      return urns
        .filter((urn) => !urn.includes("pulumi:pulumi:Stack"))
        .map((urn) => urn.split("::").at(-1))
        .sort();
    };
    const rules = ["beta-cohort-pilots-rule", "beta-cohort-some-rule"];
    await config.setCohorts(["pilots", "some"], "green");
    const urns = (await captureGraph({ projectDir, stack: STACK })).resources
      .filter(({ name }) => rules.includes(name))
      .map(({ urn }) => urn);
    expect(await changes(() => rollout.up(urns, "rollout: cohorts"))).toEqual(rules);
    expect((await facts()).cohortRules.map(({ cohort }) => cohort).sort()).toEqual(["pilots", "some"]);
    expect((await facts()).sessionRules.every(({ track }) => track !== "")).toBe(true);
    expect(await changes(() => engine.up())).toEqual([]);
    await engine.succeed("preview", "--expect-no-changes");

    await config.setWeights({ blue: 100 });
    const { listenerUrn, cohortRules } = await facts();
    const targets = [listenerUrn, ...cohortRules.map(({ urn }) => urn)];
    expect(await changes(() => rollout.up(targets, "rollout: blue 100"))).toEqual(rules);
    expect((await facts()).cohortRules).toEqual([]);
    await engine.succeed("preview", "--expect-no-changes");
  });

  test("brings up a track's new version and nothing of the other's", async () => {
    const image = `registry.example.com/app@sha256:${"ab".repeat(32)}`;
    await engine.set("rollout:tracks.green.image", image);
    await engine.set("rollout:limits.maxUsers", 70); // would change both tracks' servers
    const old = await versions();
    await rollout.up(
      targetsOf(await captureGraph({ projectDir, stack: STACK }), "green"),
      "rollout: deploy green",
      { refresh: true },
    );
    const now = await versions();
    const changed = [...now].filter(([urn, outputs]) => old.get(urn) !== outputs).map(([urn]) => urn);
    expect(changed.join("\n")).toContain("launchTemplate:LaunchTemplate::beta-green");
    expect(changed.join("\n")).not.toMatch(/beta-blue|rds|Listener::/);
  });

  test("waits for somebody's update to end", async () => {
    const locks = join(engine.folder, "state/.pulumi/locks/organization/rollout", STACK);
    const lock = { pid: 1, username: "somebody", hostname: "elsewhere", timestamp: new Date().toISOString() };
    await mkdir(locks, { recursive: true });
    await writeFile(join(locks, "theirs.json"), JSON.stringify(lock));
    let waits = 0;
    const clock = {
      now: () => waits * 5_000,
      async sleep() {
        waits++;
        await rm(join(locks, "theirs.json"));
      },
    };
    const patient = automation({ projectDir, stack: STACK, clock });
    await patient.up([(await facts()).listenerUrn], "rollout: again");
    expect(waits).toBe(1);
  });

  test("doesn't select the stack: what the user's next `pulumi up` means stays", async () => {
    const selections = join(engine.folder, "home/workspaces");
    await rm(selections, { recursive: true, force: true });
    await automation({ projectDir, stack: STACK, clock: systemClock }).deployment();
    const files = await readdir(selections).catch(() => []);
    for (const file of files) expect(await readFile(join(selections, file), "utf8")).not.toContain(STACK);
  });

  test("fails with what Pulumi says when the program refuses the config", async () => {
    await engine.set("rollout:tracks.blue.weight", 99);
    await expect(rollout.up([(await facts()).listenerUrn], "rollout: wrong")).rejects.toThrow(
      "they sum to 99",
    );
  });

  /** Every resource's outputs, to see which changed. */
  async function versions(): Promise<Map<string, string>> {
    const { resources = [] } = await rollout.deployment();
    return new Map(resources.map(({ urn, outputs }) => [urn, JSON.stringify(outputs)]));
  }
});
