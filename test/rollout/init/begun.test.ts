import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { begunProject, withConfig } from "../../../rollout/init/begun.ts";
import { MAIN, manifestOf, ownManifest, PROGRAM } from "../../../rollout/init/files.ts";
import { ROOT } from "../../support/sample.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const TEMPLATE = join(ROOT, "template");
const textOf = (...path: string[]) => readFileSync(join(...path), "utf8");

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("begun-");
  cpSync(TEMPLATE, folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
});

test("the template has the program and the packages that rollout init lays out", () => {
  expect(textOf(TEMPLATE, MAIN)).toBe(PROGRAM);
  const packed = `file:../rollout-stack-${ownManifest().version}.tgz`;
  expect(JSON.parse(textOf(TEMPLATE, "package.json"))).toEqual(manifestOf({ name: "${PROJECT}" }, packed));
});

test("a project as pulumi new leaves it is one that is begun, with its stacks", () => {
  expect(begunProject(folder)).toEqual({ name: "shop", begunStacks: [] });
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "encryptionsalt: v1:x\n");
  expect(begunProject(folder)).toEqual({ name: "shop", begunStacks: ["dev"] });
});

test.each([
  ["whose stack has a config", "Pulumi.dev.yaml", "config:\n  aws:region: us-east-1\n"],
  ["whose program is another", MAIN, "export {};\n"],
])("a project %s is a whole one", (_, file, text) => {
  writeFileSync(join(folder, file), text);
  expect(begunProject(folder)).toBeUndefined();
});

test("a project without our program is a whole one", () => {
  rmSync(join(folder, MAIN));
  expect(begunProject(folder)).toBeUndefined();
});

test("a stack's file keeps how its secrets are encrypted, and gets the config that it lacks", () => {
  const config = "config:\n  aws:region: us-east-1\n";
  expect(withConfig("Pulumi.dev.yaml", "encryptionsalt: v1:x\n", config)).toBe(
    `${config}encryptionsalt: v1:x\n`,
  );
  expect(withConfig("Pulumi.dev.yaml", config, "other")).toBeUndefined();
  expect(withConfig("Pulumi.yaml", "name: shop\n", config)).toBeUndefined();
});
