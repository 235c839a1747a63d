import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, pulumiThere, type Run } from "./engine.ts";

const DAY = 86_400_000;
const skipped = pulumiThere ? "" : "(skipped: there is no pulumi on the PATH) ";

describe.skipIf(!pulumiThere).each(["beta", "prod"])(
  `${skipped}the policy pack, shipped stack %s`,
  (stack) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await Engine.create(stack);
    });
    afterAll(() => engine?.remove());

    test("a new stack breaks no rule, also where values aren't known yet", async () => {
      const run = await withPack(engine, "preview");
      expect([run.code, run.output]).toEqual([0, expect.not.stringMatching(/mandatory|advisory/)]);
    });

    test("nor does the stack that is made from it", async () => {
      const run = await withPack(engine, "up", "--yes", "--skip-preview");
      expect([run.code, run.output]).toEqual([0, expect.not.stringMatching(/mandatory|advisory/)]);
    });
  },
);

// One story, in the order of its tests.
describe.skipIf(!pulumiThere)(`${skipped}the policy pack, when a rule is broken`, () => {
  const stack = "beta";
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create(stack);
  });
  afterAll(() => engine?.remove());

  test("a rule that is broken stops the preview", async () => {
    await engine.write(["rollout:operators"], { email: [] });
    const run = await withPack(engine, "preview");
    expect(run.code).not.toBe(0);
    for (const level of ["p1", "p2", "p3", "p4"]) {
      expect(run.output).toContain(`${stack}-${level}: nobody is subscribed to it.`);
    }
    expect(run.output).toMatch(/\[mandatory\] {2}topics-reach-people/);
  });

  test("a waiver holds until its day is over", async () => {
    await engine.write(["rollout:waivers"], waivers(stack, 1));
    const run = await withPack(engine, "preview");
    expect([run.code, run.output]).toEqual([0, expect.not.stringMatching(/mandatory|advisory/)]);
  });

  test("then the preview fails, with the waiver and what it was for", async () => {
    await engine.write(["rollout:waivers"], waivers(stack, -1));
    const run = await withPack(engine, "preview");
    expect(run.code).not.toBe(0);
    expect(run.output).toContain(`The waiver of topics-reach-people for ${stack}-p1 ended on ${day(-1)}`);
    expect(run.output).toContain(`${stack}-p1: nobody is subscribed to it.`);
  });

  test("a waiver that nothing needs is named, and doesn't fail", async () => {
    await engine.write(["rollout:operators"], { email: ["ops@example.com"] });
    await engine.write(["rollout:waivers"], waivers(stack, 1));
    const run = await withPack(engine, "preview");
    expect([run.code, run.output]).toEqual([
      0,
      expect.stringContaining(`Nothing needs the waiver of topics-reach-people for ${stack}-p4`),
    ]);
  });
});

function waivers(stack: string, days: number) {
  return ["p1", "p2", "p3", "p4"].map((level) => ({
    policy: "topics-reach-people",
    resource: `${stack}-${level}`,
    reason: "The people on call are still being asked",
    until: day(days),
  }));
}

/** A day from today, in UTC. */
function day(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}

function withPack(engine: Engine, ...words: string[]): Promise<Run> {
  return engine.pulumi(...words, "--policy-pack", "infra/policy/pack", "--stack", engine.stack);
}
