import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { statementsOf } from "../infra/controller/reach.ts";
import { ROOT } from "../rollout/docs-pages.ts";
import { motoThere, skipped } from "./moto.ts";

/** cfn-lint (PyPI) has AWS's list of actions, and of the resources that each takes. */
const LINT = join(ROOT, ".cache/moto/bin/cfn-lint");

describe.skipIf(!motoThere)(`${skipped}the controller's role, against AWS's own list of actions`, () => {
  const folder = mkdtempSync(join(tmpdir(), "role-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function found(Statement: object[]): Promise<string[]> {
    const PolicyDocument = { Version: "2012-10-17", Statement };
    const Resources = { Role: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument } } };
    const file = join(folder, "template.json");
    writeFileSync(file, JSON.stringify({ Resources }));
    const words = ["--format", "json", "--regions", "us-east-1", "--include-checks", "W", "I", "--", file];
    // Its exit code says, in bits, what it found.
    const { stdout } = await promisify(execFile)(LINT, words).catch((ended: { stdout: string }) => ended);
    const all: { Rule: { Id: string }; Message: string }[] = JSON.parse(stdout);
    return all.map(({ Rule, Message }) => `${Rule.Id} ${Message}`);
  }

  test("each action is one, and stands beside a resource that it takes", async () => {
    expect(await found(await statementsOf())).toEqual([]);
  }, 60_000);

  test("a misspelt action and a resource of another service would be found", async () => {
    const allow = (Action: string, Resource: string) => ({ Effect: "Allow", Action: [Action], Resource });
    const wrong = await found([
      allow("elasticloadbalancing:ModifyListner", "*"),
      allow("elasticloadbalancing:ModifyRule", "arn:aws:s3:::beta-journal-1"),
    ]);
    expect(wrong.map((each) => each.slice(0, 5)).toSorted()).toEqual(["I3510", "W3037"]);
  }, 60_000);
});
