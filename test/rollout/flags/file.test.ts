import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../rollout/errors.ts";
import { differences } from "../../../rollout/flags/changes.ts";
import { FlagsFile } from "../../../rollout/flags/file.ts";
import { gitHistory } from "../../../rollout/flags/git-history.ts";
import { withOff } from "../../../rollout/flags/off.ts";
import { flagsText, historyText } from "../../../rollout/flags/text.ts";
import { SAMPLE } from "../../support/sample.ts";

const SHIPPED = join(SAMPLE, "flags.beta.yaml");
let folder: string;
let file: FlagsFile;
const text = () => readFileSync(file.path, "utf8");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flags-file-"));
  file = new FlagsFile(folder, "beta");
  copyFileSync(SHIPPED, file.path);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a flag that is set", () => {
  test("changes its own lines alone: comments and all else stay byte for byte", async () => {
    const before = text();
    const flag = await file.set("dashboard_charts", {
      enabled: false,
      groups: ["admin", "ops"],
      percent: 10,
      tenants: ["007"],
    });
    expect(flag).toMatchObject({ enabled: false, groups: ["admin", "ops"], percent: 10, tenants: ["007"] });
    const own = "    enabled: true\n    groups: [admin]\n    importance: optional\n";
    const now = `    enabled: false\n    groups: [admin, ops]\n    importance: optional\n    percent: 10\n    tenants: ["007"]\n`;
    expect(before).toContain(own);
    expect(text()).toBe(before.replace(own, now));
  });

  test("in a list a line each is one that is written anew", async () => {
    writeFileSync(
      file.path,
      text().replace("\n    groups: [admin]", "\n    groups: # who\n      - admin\n      - ops"),
    );
    expect((await file.set("dashboard_charts", { groups: ["ops"] })).groups).toEqual(["ops"]);
    expect(text()).toContain("# Feature flags of the beta stack");
  });

  test("with no tenants is on for nobody, and for everybody when it names none at all", async () => {
    const before = text();
    await file.set("dashboard_charts", { groups: [], tenants: [] });
    expect(flagsText(file.read(), [])).toContain("dashboard_charts: on for nobody (");
    await file.set("dashboard_charts", {}, ["groups", "tenants", "percent"]);
    expect(flagsText(file.read(), [])).toContain("dashboard_charts: on for everybody (");
    expect(text()).toBe(before.replace("    groups: [admin]\n", ""));
  });

  test.each([
    ["\n    groups: [admin]", "\n    groups: # who\n      - admin\n      - ops"],
    [
      "\n    groups: [admin]\n    importance: optional",
      "\n    importance: optional\n    groups: [admin] # who",
    ],
  ])("loses a key with its lines, written as %j", async (usual, other) => {
    writeFileSync(file.path, text().replace(usual, other));
    const before = text().split("\n");
    await file.set("dashboard_charts", {}, ["groups"]);
    const left = text().split("\n");
    expect(before.filter((line) => !left.includes(line)).join("\n")).toMatch(/^ {4}groups:/);
    expect(left).toEqual(before.filter((line) => left.includes(line)));
  });

  test("to what it is leaves the file alone", async () => {
    const before = text();
    await file.set("dashboard_charts", { enabled: true, groups: ["admin"], importance: "optional" });
    expect(text()).toBe(before);
  });

  test.each<[string, object, string]>([
    [
      "nothing",
      { enabled: true },
      "flags.beta.yaml has no flag nothing; it has dashboard_charts, enable_assistant",
    ],
    [
      "dashboard_charts",
      { percent: 101 },
      "flags.dashboard_charts.percent: must be a whole number from 0 to 100",
    ],
    ["dashboard_charts", { percent: Number.NaN }, "flags.dashboard_charts.percent: must be a whole number"],
    [
      "dashboard_charts",
      { tenants: ["a,b"] },
      "flags.dashboard_charts.tenants[0]: must be the name of a tenant",
    ],
    ["dashboard_charts", { until: "June" }, "flags.dashboard_charts.until: must be a date"],
  ])("%s to %o is refused and not written", async (key, change, message) => {
    const before = text();
    const refused = file.set(key, change);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(UserError);
    expect(text()).toBe(before);
  });
});

test("a missing file says what it should hold", () => {
  expect(() => new FlagsFile(folder, "prod").read()).toThrow(
    'flags.prod.yaml is missing: a stack without flags has one that says "flags: {}"',
  );
});

test("a list marks the flags whose time is over", () => {
  const shown = flagsText(file.read(), ["dashboard_charts"]);
  expect(shown.split("\n")[0]).toBe(
    "dashboard_charts: on for groups admin (optional, product, until 2027-06-30)  EXPIRED: ask product to remove it",
  );
  expect(shown.match(/EXPIRED/g)).toHaveLength(1);
});

describe("the history from git", () => {
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...words], {
      cwd: folder,
      env: {
        ...process.env,
        GIT_AUTHOR_DATE: "2027-01-02T03:04:05Z",
        GIT_COMMITTER_DATE: "2027-01-02T03:04:05Z",
      },
    });
  const commit = (subject: string) => {
    git("add", "-A");
    git("commit", "-qm", subject);
  };

  test("says by flag who changed what when, the latest first, and what isn't committed", async () => {
    git("init", "-q");
    commit("Ship the flags");
    writeFileSync(join(folder, "other"), "");
    commit("Change nothing of the flags");
    writeFileSync(file.path, `# a comment\n${text()}`);
    commit("Comment on the flags");
    await file.set("dashboard_charts", { percent: 10 });
    commit("Show charts to a few");
    const good = text();
    writeFileSync(file.path, "flags: {");
    commit("Break the file");
    writeFileSync(file.path, good);
    await file.set("dashboard_charts", { enabled: false });

    const history = await gitHistory(folder, file.name);
    expect(history.map(({ by, what }) => [by, what.replace(/^[0-9a-f]{7,} /, "")])).toEqual([
      [null, "not committed yet"],
      ["Ada", "Show charts to a few"],
      ["Ada", "Ship the flags"],
    ]);
    expect(history[1]!.at).toMatch(/^2027-01-02T03:04:05/);
    const shown = historyText(history);
    expect(shown).toContain("  dashboard_charts: enabled true -> false\n");
    expect(shown).toContain("  dashboard_charts: percent none -> 10\n");
    expect(shown).toContain("  enable_vertical_profiles added\n");
  });

  test("of a folder without git is refused", async () => {
    await expect(gitHistory(folder, file.name)).rejects.toThrow("the history can't be read from git");
  });
});

test("flags that came, went and changed", () => {
  expect(
    differences(
      { a: { on: 1 }, b: { on: 1 }, c: { on: [1] } },
      { b: { on: 2, x: 1 }, c: { on: [1] }, d: {} },
    ),
  ).toEqual([
    { key: "a", kind: "removed", fields: [{ field: "on", from: 1 }] },
    {
      key: "b",
      kind: "changed",
      fields: [
        { field: "on", from: 1, to: 2 },
        { field: "x", to: 1 },
      ],
    },
    { key: "d", kind: "added", fields: [] },
  ]);
});

test("a flag switched off keeps the attributes that its definition requires", () => {
  const attributeValues = { owner: "product", importance: "normal" };
  const variants = { _variants: [{ rule: '(exists key::"a")' }, { attributeValues }] };
  const document = { version: "1", flags: {}, values: { a: variants, b: { enabled: true, owner: "x" } } };
  expect(withOff(document, "a")).toEqual({
    ...document,
    values: { ...document.values, a: { ...attributeValues, enabled: false } },
  });
  expect(withOff(document, "b").values.b).toEqual({ enabled: false, owner: "x" });
  expect(() => withOff(document, "constructor")).toThrow(
    "the flags that are served have no constructor; they have a, b",
  );
});
