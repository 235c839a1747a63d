import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockNote } from "../../../rollout/preview/revision/packages.ts";

interface Package {
  version: string;
  dev?: boolean;
}

const AWS = { version: "7.47.0" };
const BASE: Record<string, Package> = {
  "node_modules/@pulumi/aws": AWS,
  "node_modules/left": { version: "1.0.0" },
  "node_modules/left/node_modules/inner": { version: "1.0.0" },
  "node_modules/linter": { version: "1.0.0", dev: true },
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "rollout-packages-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder that locks these packages, of which the project names one itself. */
function folder(packages?: Record<string, Package>): string {
  const path = mkdtempSync(join(root, "x"));
  const own = { dependencies: { "@pulumi/aws": "^7.0.0" } };
  const lock = { lockfileVersion: 3, packages: { "": own, ...packages } };
  if (packages) writeFileSync(join(path, "package-lock.json"), JSON.stringify(lock));
  return path;
}

test("the same packages are no news, nor are those for development", () => {
  const linter = { "node_modules/linter": { version: "2.0.0", dev: true } };
  expect(lockNote(folder(BASE), folder(BASE))).toEqual([]);
  expect(lockNote(folder(BASE), folder({ ...BASE, ...linter }))).toEqual([]);
});

test("names what the project asks for first, and counts the rest", () => {
  const head = {
    ...BASE,
    "node_modules/@pulumi/aws": { version: "7.48.0" },
    "node_modules/left/node_modules/inner": { version: "2.0.0" },
    "node_modules/new": { version: "1.0.0" },
  };
  expect(lockNote(folder(BASE), folder(head))).toEqual([
    expect.stringMatching(
      /^package-lock\.json differs \(@pulumi\/aws 7\.47\.0 -> 7\.48\.0, 2 others\), and the base has run with the working tree's packages.*--install/,
    ),
  ]);
});

test("names the others when the project's own are the same", () => {
  const { "node_modules/left": _left, ...head } = BASE;
  expect(lockNote(folder(BASE), folder(head))).toEqual([expect.stringContaining("(left 1.0.0 -> none)")]);
});

test("says nothing where nothing is locked", () => {
  expect([...lockNote(folder(), folder(BASE)), ...lockNote(folder(BASE), folder())]).toEqual([]);
});
