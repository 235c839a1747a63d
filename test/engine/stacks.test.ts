import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere, type Step } from "./engine.ts";
import { leaks } from "./leaks.ts";

const LISTENER = "aws:lb/listener:Listener";
const RULE = "aws:lb/listenerRule:ListenerRule";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

// One story a stack, in the order of its tests: created, unchanged, another split, maintenance.
describe.skipIf(!pulumiThere).each(["beta", "prod"])(`${skipped()}the real engine, stack %s`, (stack) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create(stack);
    // Whose code is a file that the program makes anew at each run.
    if (stack === "prod") await engine.write(["rollout:controller"], { in: "stack" });
  });
  afterAll(() => engine?.remove());

  test("previews a new stack, and creates what it previewed", async () => {
    const previewed = await engine.steps();
    expect(previewed.filter(({ op }) => op !== "create")).toEqual([]);
    await engine.up();
    const created = (await engine.resources()).map(({ urn }) => urn);
    expect(created.sort()).toEqual(
      previewed
        .map(({ urn }) => urn)
        .filter(isOwn)
        .sort(),
    );
  });

  test("protects what holds data, and nothing reached the cloud undefined", async () => {
    const state = await engine.succeed("stack", "export");
    expect(state.output).not.toMatch(/undefined|\[object |Calling \[toString\]/);
    const guarded = (await engine.resources()).filter(({ protect }) => protect).map(({ type }) => type);
    expect(guarded).toContain("aws:rds/instance:Instance");
  });

  test("a second preview changes nothing", async () => {
    await engine.succeed("preview", "--expect-no-changes");
  });

  test("another split updates the HTTPS listener, its rules for sessions, and nothing else", async () => {
    await engine.set("rollout:tracks.blue.weight", 75);
    await engine.set("rollout:tracks.green.weight", 25);
    const steps = await changes(engine);
    expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["update"]));
    expect(new Set(steps.map(({ urn }) => typeOf(urn)))).toEqual(new Set([LISTENER, RULE]));
    const listener = steps.find(({ urn }) => typeOf(urn) === LISTENER)!;
    expect(Object.keys(listener.detailedDiff!)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^defaultActions\[0\]\.forward\.targetGroups/)]),
    );
    await engine.up();
  });

  test("maintenance updates the web firewall's rules and nothing else, and its diff hides the operators' token", async () => {
    await engine.set("rollout:maintenance", true);
    const steps = await changes(engine);
    expect(steps.map(({ op, urn }) => [op, typeOf(urn)])).toEqual([["update", WEB_ACL]]);
    const { output } = await engine.succeed("preview", "--diff");
    expect(output).toContain("[secret]");
    expect(leaks(output)).toEqual([]);
  });

  test("no secret leaves in a state or an output", async () => {
    await engine.up(); // with maintenance, which puts the operators' token into a rule
    const secrets = await engine.succeed("stack", "export", "--show-secrets");
    expect(leaks(secrets.output)).not.toEqual([]); // or the check below would see nothing
    for (const words of [
      ["stack", "export"],
      ["stack", "output"],
      ["stack", "output", "--json"],
    ]) {
      const { output } = await engine.succeed(...words);
      expect([words, leaks(output)]).toEqual([words, []]);
    }
  });
});

/** What a preview would change. */
async function changes(engine: Engine): Promise<Step[]> {
  return (await engine.steps()).filter(({ op }) => op !== "same");
}

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

function isOwn(urn: string): boolean {
  return !typeOf(urn).startsWith("pulumi:");
}

function skipped(): string {
  return pulumiThere ? "" : "(skipped: there is no pulumi on the PATH) ";
}
