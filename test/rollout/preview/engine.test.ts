import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Graph, Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { engineSide, engineStack } from "../../../rollout/preview/engine.ts";
import { FORMATS, render } from "../../../rollout/preview/render/index.ts";
import { FIXTURE } from "../../engine/fixture.ts";
import { graphOf } from "./corpus/project.ts";

const TYPE = "aws:rds/instance:Instance";
const URN = `urn:pulumi:beta::rollout::${TYPE}::db`;
const CANARY = "canary-of-the-engine-12";

function graph(inputs: Record<string, Value>): Graph {
  const resource = { urn: URN, type: TYPE, name: "db", custom: true, inputs, dependencies: [], options: {} };
  return { version: 1, project: "rollout", stack: "beta", resources: [resource], outputs: {} };
}

function output(op: string, old: object, now: object, more: object = {}): string {
  const state = (inputs: object) => ({ urn: URN, type: TYPE, custom: true, inputs });
  return JSON.stringify({ steps: [{ op, urn: URN, oldState: state(old), newState: state(now), ...more }] });
}

function previewOf(text: string, after: Graph) {
  return compare({ ...engineSide(text, after), after, today: "2026-11-21" });
}

test("the engine's word on a replacement counts, in both directions", () => {
  const after = graph({ port: 5433 });
  const update = output(
    "update",
    { port: 5432 },
    { port: 5433 },
    { detailedDiff: { port: { kind: "update" } } },
  );
  expect(previewOf(update, after).dangers).toEqual([]);
  const reasons = { replaceReasons: ["port"], detailedDiff: { port: { kind: "update-replace" } } };
  const replace = output("replace", { port: 5432 }, { port: 5433 }, reasons);
  expect(previewOf(replace, after).dangers.map(({ kind }) => kind)).toEqual(["stateful-replacement"]);
});

describe("a secret of the state is in no format", () => {
  const shownSecret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: `"${CANARY}"`,
  };
  const ways: [string, object, Record<string, Value>][] = [
    ["hidden, then in clear", { password: "[secret]" }, { password: CANARY }],
    ["shown by --show-secrets", { password: shownSecret }, { password: { $secret: [] } }],
    ["in clear, then secret", { password: CANARY }, { password: { $secret: [] } }],
    ["in clear under another name", { tags: { a: `DB_PASSWORD=${CANARY}` } }, { tags: { a: "none" } }],
  ];
  test.for(ways)("%s", ([, old, inputs]) => {
    const preview = previewOf(output("update", old, {}), graph(inputs));
    for (const format of FORMATS) {
      const stacks = [preview];
      const text = render(
        { version: 1, base: "x", verdicts: "engine", stacks, problems: [], notes: [] },
        format,
      );
      expect(text).not.toContain(CANARY);
    }
  });
});

describe("what the real engine printed (test/engine/preview.test.ts keeps it up to date)", () => {
  const change = {
    stack: "beta" as const,
    config: {
      tracks: { blue: { weight: 50, servers: 1 }, green: { weight: 50, servers: 1 } },
      database: { backupEveryHours: 12 },
      operators: { email: ["ops@example.com"], sshFrom: ["203.0.113.7/32"] },
    },
  };
  const text = readFileSync(FIXTURE, "utf8");

  test("leads to the same dangers and changes as the two graphs", async () => {
    const [before, after] = await Promise.all([graphOf({ stack: "beta" }), graphOf(change)]);
    const common = { after, steps: [10, 25, 50, 100], today: "2026-11-21" };
    const ours = compare({ before, ...common });
    const engines = compare({ ...engineSide(text, after), ...common });
    expect(engines.dangers).toEqual(ours.dangers);
    expect(engines.dangers.map(({ kind }) => kind).toSorted()).toEqual([
      "alarm-loosened",
      "backups-thinner",
      "firewall-opened",
      "weight-jump",
    ]);
    const names = (each: typeof ours) => each.changes.map(({ kind, name }) => `${kind} ${name}`);
    expect(names(engines)).toEqual(names(ours));
  });

  test("names no machine and no time", () => {
    expect(text).not.toMatch(/project:\/\/|\/tmp\/|T\d\d:\d\d:\d\d/);
  });
});

test("another file or another stack is refused", () => {
  expect(() => engineStack("hello")).toThrow("isn't what pulumi preview --json prints");
  const other = { ...graph({}), stack: "prod" };
  expect(() => engineSide(output("update", {}, {}), other)).toThrow("the file is about beta, not prod");
});
