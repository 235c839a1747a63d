import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { appSecrets } from "../../../rollout/platforms/rehearsal/plan/app-secrets.ts";
import { Kept } from "../../../rollout/platforms/rehearsal/plan/passwords.ts";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-secrets-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const give = (...names: string[]) =>
  appSecrets(names, {
    projectDir: folder,
    stack: "beta",
    kept: new Kept(join(folder, "secrets.json")),
    say: (line) => said.push(line),
  });
const write = (text: string) => writeFileSync(join(folder, ".secrets.beta.env"), text);

it("makes harmless ones, says so, and keeps them", () => {
  const { texts, version } = give("STRIPE_KEY");
  expect(texts.STRIPE_KEY).toMatch(/^rehearsal-[A-Za-z0-9]{32}$/);
  expect(said).toEqual([
    "secrets: STRIPE_KEY made up; for real ones write NAME=value into .secrets.beta.env",
  ]);
  expect(give("STRIPE_KEY")).toEqual({ texts, version });
});

it("takes those that the file has, and says which without a text", () => {
  write("# of the sandbox\nSTRIPE_KEY='canary 47'\nSTRPE_KEY=x\n");
  expect(give("MAIL_KEY", "STRIPE_KEY").texts).toMatchObject({ STRIPE_KEY: "canary 47" });
  expect(said).toEqual([
    "secrets: STRIPE_KEY from .secrets.beta.env",
    "secrets: MAIL_KEY made up; for real ones write NAME=value into .secrets.beta.env",
    ".secrets.beta.env: rollout:app.secrets has no STRPE_KEY",
  ]);
  expect(said.join()).not.toContain("canary");
});

it("has another version where a text is another, and no digest that can be guessed from it", () => {
  write("KEY=1");
  const first = give("KEY").version;
  write("KEY=2");
  expect(give("KEY").version).not.toBe(first);
  write("KEY=1");
  expect(give("KEY").version).toBe(first);
  rmSync(join(folder, "secrets.json"));
  expect(give("KEY").version).not.toBe(first);
});

it("refuses one of several lines, and names no text", () => {
  write('KEY="canary\ncanary"\n');
  expect(() => give("KEY")).toThrow(
    ".secrets.beta.env: KEY: must be one line; a key of several goes in base64",
  );
});
