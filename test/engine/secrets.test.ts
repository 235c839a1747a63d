import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere, type Step } from "./engine.ts";
import { leaks } from "./leaks.ts";

const skipped = pulumiThere ? "" : "(skipped: there is no pulumi on the PATH) ";

describe.skipIf(!pulumiThere)(`${skipped}the real engine, secrets of the app`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create("beta");
    await encrypt("app.secrets.STRIPE_KEY", "canary-47");
    await engine.up();
  });
  afterAll(() => engine?.remove());

  /** As the page says. */
  const encrypt = (path: string, value: string) =>
    engine.succeed("config", "set", "--secret", "--path", `rollout:${path}`, value, "--stack", "beta");

  test("nothing of one is in clear in the state", async () => {
    const { stdout } = await engine.succeed("stack", "export", "--stack", "beta");
    expect(leaks(stdout)).toEqual([]);
    expect(stdout).toContain("rollout:infra:GivenSecrets");
  });

  test("a changed one is another version, which replaces the servers, and shows in no preview", async () => {
    await encrypt("app.secrets.STRIPE_KEY", "canary-48");
    const { stdout } = await engine.succeed("preview", "--json", "--stack", "beta");
    expect(leaks(stdout)).toEqual([]);
    const changes = (JSON.parse(stdout).steps as Step[])
      .filter(({ op }) => op !== "same")
      .map(({ op, urn }) => `${op} ${urn.split("::").slice(-2).join(" ").split("$").at(-1)}`);
    for (const expected of [
      "replace aws:secretsmanager/secretVersion:SecretVersion beta-app",
      "update aws:ec2/launchTemplate:LaunchTemplate beta-blue",
      "update aws:ec2/launchTemplate:LaunchTemplate beta-green",
    ]) {
      expect(changes).toContain(expected);
    }
    expect(changes.filter((each) => /Role|Instance |ReplicationGroup/.test(each))).toEqual([]);
    const { output } = await engine.succeed("up", "--yes", "--diff", "--stack", "beta");
    expect(leaks(output)).toEqual([]);
    expect((await engine.steps()).filter(({ op }) => op !== "same")).toEqual([]);
  });

  test("one in a variable's place is refused, and not shown", async () => {
    await encrypt("app.environment.API_KEY", "canary-49");
    const { code, output } = await engine.pulumi("preview", "--diff", "--stack", "beta");
    expect(code).not.toBe(0);
    expect(output).toContain(
      "rollout:app.environment.API_KEY: holds a secret, which would come out in clear",
    );
    expect(leaks(output)).toEqual([]);
    await engine.succeed("config", "rm", "--path", "rollout:app.environment", "--stack", "beta");
  });

  test("a secret that isn't encrypted is refused", async () => {
    await engine.succeed("config", "set", "--path", "rollout:app.secrets.PLAIN", "canary-50");
    const { code, output } = await engine.pulumi("preview", "--stack", "beta");
    expect(code).not.toBe(0);
    expect(output).toContain("rollout:app.secrets.PLAIN: is in clear");
    expect(leaks(output)).toEqual([]);
    await engine.succeed("config", "rm", "--path", "rollout:app.secrets.PLAIN", "--stack", "beta");
  });

  test("one under a key of its own is refused and not shown", async () => {
    await engine.succeed("config", "set", "--secret", "rollout:domain", "canary.example.com");
    const { code, output } = await engine.pulumi("preview", "--stack", "beta");
    expect(code).not.toBe(0);
    expect(output).toContain("rollout:domain: holds a secret");
    expect(leaks(output)).toEqual([]);
  });
});
