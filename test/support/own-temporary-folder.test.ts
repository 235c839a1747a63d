import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import ownTemporaryFolder from "./own-temporary-folder.ts";

it("gives a suite a temporary folder of its own, and names what was left in it", () => {
  const before = tmpdir();
  const end = ownTemporaryFolder();
  expect(tmpdir()).not.toBe(before);
  mkdtempSync(join(tmpdir(), "forgotten-"));
  expect(end).toThrow(/^tests left 1 in the temporary folder: forgotten-\w+$/);
  expect(tmpdir()).toBe(before);
  expect(ownTemporaryFolder()).not.toThrow();
});
