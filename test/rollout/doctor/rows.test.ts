import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { examine } from "../../../rollout/doctor/doctor.ts";
import { NEEDS } from "../../../rollout/doctor/needs.ts";
import { type Differs, patient } from "./patient.ts";

const look = (what: string, differs: Differs, stack?: string | null) =>
  NEEDS[what]!.look(patient(differs, stack));
const says = (program: string, ended: { code: number; said: string } | undefined): Differs => ({
  run: async (asked) => (asked === program ? ended : { code: 0, said: "" }),
});
const failing = (properties: object) => async () => Promise.reject(Object.assign(new Error(), properties));

type Case = [what: string, why: string, differs: Differs, evidence: RegExp, mend: RegExp];

const MISSING: Case[] = [
  ["node", "too old", { node: "22.17.1" }, /22\.17\.1.*22\.18/, /^npm ci$/],
  ["packages", "none", { read: () => undefined }, /none/, /^npm ci$/],
  ["packages", "old", { files: installed("1.2.2") }, /^1 aren't those/, /^npm ci$/],
  ["git", "not there", says("git", undefined), /PATH/, /apt-get install -y git/],
  ["git", "no commit", says("git", { code: 128, said: "fatal" }), /no commit/, /^git init/],
  ["pulumi", "not there", says("pulumi", undefined), /neither/, /^npx pulumi version$/],
  [
    "pulumi",
    "of another major version",
    says("pulumi", { code: 0, said: "v2.25.2" }),
    /2\.25\.2.*3\.270\.0/,
    /--version 3\.270\.0$/,
  ],
  ["docker", "not there", says("docker", undefined), /image of blue and green/, /docs\.docker\.com/],
  ["docker", "no daemon", says("docker", { code: 1, said: "" }), /daemon/, /^sudo systemctl start docker$/],
  ["docker", "on a Mac", { platform: "darwin", ...says("docker", { code: 1, said: "" }) }, /daemon/, /^open/],
  [
    "state",
    "nobody logged in",
    { files: { "/home/ann/.pulumi/credentials.json": "" } },
    /logged in/,
    /login/,
  ],
  [
    "state",
    "no token",
    { env: { PULUMI_BACKEND_URL: "https://api.pulumi.com" } },
    /no token/,
    /pulumi login$/,
  ],
  [
    "secrets",
    "no passphrase",
    { env: {}, files: { "Pulumi.beta.yaml": "encryptionsalt: v1:abc\nconfig: {}\n" } },
    /passphrase/,
    /PASSPHRASE_FILE/,
  ],
  [
    "secrets",
    "no such file",
    { env: { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" } },
    /can't be read/,
    /PATH$/,
  ],
  [
    "credentials",
    "none",
    { credentials: failing({ name: "CredentialsProviderError" }) },
    /finds none/,
    /aws configure sso/,
  ],
  [
    "credentials",
    "ended",
    { env: { AWS_PROFILE: "work" }, quotas: failing({ name: "ExpiredTokenException" }) },
    /ended/,
    /^aws sso login --profile work$/,
  ],
  ["dns", "no zone", { nameServers: notFound("example.com") }, /nobody has the zone/, /create-hosted-zone/],
  [
    "dns",
    "elsewhere",
    { nameServers: async () => ["ns1.other.net"] },
    /ns1\.other\.net/,
    /create-hosted-zone/,
  ],
  [
    "quotas",
    "tight",
    { quotas: async () => [{ name: "Rules", need: 9, limit: 5 }] },
    /9 of 5/,
    /Service Quotas/,
  ],
];

function installed(version: string) {
  const text = JSON.stringify({ packages: { "node_modules/a": { version } } });
  return { "node_modules/.package-lock.json": text };
}

const UNKNOWN: Case[] = [
  [
    "pulumi",
    "older",
    says("pulumi", { code: 0, said: "v3.260.0" }),
    /3\.260\.0 is older/,
    /get\.pulumi\.com/,
  ],
  ["secrets", "not decided", { env: {} }, /nothing says/, /stack init beta --secrets-provider/],
  ["credentials", "SSO can't be reached", { credentials: failing({ code: "ENOTFOUND" }) }, /reached/, /aws/],
  ["dns", "no network", { nameServers: failing({ code: "ECONNREFUSED" }) }, /doesn't tell/, /dig/],
  ["dns", "a network of its own", { nameServers: failing({ code: "ENOTFOUND" }) }, /doesn't tell/, /dig/],
  [
    "quotas",
    "no credentials",
    { quotas: failing({ name: "CredentialsProviderError" }) },
    /no credentials/,
    /./,
  ],
];

function notFound(zone: string) {
  return async (asked: string) =>
    asked === zone ? Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" })) : ["a.gtld.net"];
}

test.each(MISSING)("%s is missing: %s", async (what, _, differs, evidence, mend) => {
  const found = await look(what, differs);
  expect(found).toMatchObject({
    status: "fail",
    evidence: expect.stringMatching(evidence),
    whatToDo: expect.stringMatching(mend),
  });
});

test.each(UNKNOWN)("%s is unknown: %s", async (what, _, differs, evidence, mend) => {
  const found = await look(what, differs);
  expect(found).toMatchObject({
    status: "unknown",
    evidence: expect.stringMatching(evidence),
    whatToDo: expect.stringMatching(mend),
  });
});

test.each(["nginx", "haproxy", "redis", "postgres", "pgbackrest"])("%s is missing", async (what) => {
  const differs: Differs = {
    servers: () =>
      ["nginx", "haproxy", "redis-server", "postgres", "pgbackrest"].map((program) => ({
        program,
        file: program.startsWith(what) ? undefined : "/usr/bin/it",
        install: `install ${program}`,
      })),
  };
  const rows = await examine(patient(differs));
  expect(rows.filter(({ status }) => status === "fail")).toMatchObject([
    { what, whatToDo: expect.stringMatching(`^install ${what}`) },
  ]);
});

test("nothing is missing on a machine that has everything", async () => {
  const rows = await examine(patient());
  expect(rows.map(({ what }) => what)).toEqual(Object.keys(NEEDS));
  expect(rows.filter(({ status }) => status !== "pass")).toEqual([]);
});

test("a mistake in the config is the one thing that is missing, and the quotas are unknown", async () => {
  const rows = await examine(patient({}, "nobody"));
  const found = Object.fromEntries(rows.map(({ what, evidence }) => [what, evidence]));
  expect(found.config).toMatch(/no stack "nobody"/);
  expect(found.quotas).toBe(found.config);
  expect(rows.filter(({ status }) => status === "fail").map(({ what }) => what)).toEqual([
    "config",
    "region",
  ]);
});

test("without a stack the machine alone is looked at", async () => {
  const rows = await examine(patient({ env: { AWS_REGION: "eu-west-1" } }, null));
  const unknown = rows.filter(({ status }) => status === "unknown");
  expect(unknown.map(({ what }) => what)).toEqual(["config", "secrets", "dns", "quotas"]);
  expect(rows.filter(({ status }) => status === "fail")).toEqual([]);
});

test("every need has a row in which it is missing, or can't be", () => {
  const shown = new Set([...MISSING, ...UNKNOWN].map(([what]) => what));
  const elsewhere = ["config", "nginx", "haproxy", "redis", "postgres", "pgbackrest", "region"];
  expect(Object.keys(NEEDS).filter((what) => !shown.has(what))).toEqual(elsewhere);
});

describe("Pulumi", () => {
  test("is also what `npx pulumi` has brought", async () => {
    const home = mkdtempSync(join(tmpdir(), "doctor-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    for (const version of ["3.99.0", "3.270.0"]) {
      mkdirSync(join(home, "versions", version, "bin"), { recursive: true });
      writeFileSync(join(home, "versions", version, "bin", "pulumi"), "");
    }
    const found = await look("pulumi", { env: { PULUMI_HOME: home }, ...says("pulumi", undefined) });
    expect(found).toMatchObject({ status: "pass", evidence: expect.stringMatching(/^3\.270\.0/) });
  });

  test.each([
    ["in the environment", { env: { PULUMI_BACKEND_URL: "s3://other" } }, "s3://other"],
    ["in the project", { files: { "Pulumi.yaml": "backend: { url: s3://project }" } }, "s3://project"],
    [
      "by its token",
      { env: { PULUMI_ACCESS_TOKEN: "t" }, files: credentials("{}") },
      "https://api.pulumi.com",
    ],
    [
      "with its token",
      { files: credentials('{"current":"https://x","accessTokens":{"https://x":"t"}}') },
      "https://x",
    ],
  ])("keeps its state where it is told: %s", async (_, differs, where) => {
    expect(await look("state", differs)).toMatchObject({ status: "pass", evidence: where });
  });
});

function credentials(text: string) {
  return { "/home/ann/.pulumi/credentials.json": text };
}

test("no secret is shown, nor what can't be read", async () => {
  const SECRET = "c0rrect-h0rse";
  const env = Object.fromEntries(
    ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(
      (name) => [name, SECRET],
    ),
  );
  const files = credentials(`{"accessTokens": {"https://api.pulumi.com": ${SECRET}`);
  for (const url of [`postgres://ann:${SECRET}@db/state`, `s3://state?key=${SECRET}`, undefined]) {
    const rows = await examine(patient({ env: { ...env, PULUMI_BACKEND_URL: url }, files }));
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  }
});

test("what isn't told in time is unknown", async () => {
  const rows = await examine(patient({ nameServers: () => new Promise(() => {}) }), 300);
  expect(rows.find(({ what }) => what === "dns")).toMatchObject({ status: "unknown" });
});
