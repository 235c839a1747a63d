import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { editorSchema } from "../../../infra/settings/pages/editor-schema.ts";
import type { Answers } from "../../../rollout/init/answers.ts";
import { type Files, filesOf } from "../../../rollout/init/files.ts";
import type { Found } from "../../../rollout/init/found/found.ts";
import { parsePhases } from "../../../rollout/phases/parse.ts";
import { configMistakes, stacksOf } from "../../../rollout/testing.ts";
import { ROOT } from "../../support/sample.ts";

const ANSWERS: Answers = {
  ...{
    name: "cotizador",
    domain: "shop.corp.test",
    region: "eu-west-1",
    folder: "../shop",
    healthPath: "/healthz",
  },
  ...{ told: ["duty@corp.test"], stacks: ["beta", "staging", "live"], without: [] },
};
const FOUND: Found = {
  framework: "Django",
  port: { is: 9000, by: "EXPOSE" },
  command: ["gunicorn", "shop.wsgi", "--bind", "{host}:{port}"],
  migrate: { by: "Django", words: ["python", "manage.py", "migrate"] },
  assets: { path: "/static/", folder: "staticfiles" },
};

const DIGEST = `registry.corp.test/shop@sha256:${"a".repeat(64)}`;

let folder: string;
let files: Files;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
  files = laidOut(ANSWERS, FOUND);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function laidOut(answers: Answers, found: Found): Files {
  const all = filesOf(answers, found, "1.2.3");
  for (const [path, { text }] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return all;
}

const textOf = (path: string) => files[path]?.text ?? "";
const configOf = (stack: string) => parse(textOf(`Pulumi.${stack}.yaml`)).config;

test("the stacks are those that were said, and each config is sound", () => {
  expect(stacksOf(folder).toSorted()).toEqual(["beta", "live", "staging"]);
  for (const stack of ANSWERS.stacks) expect(configMistakes(folder, stack)).toEqual([]);
});

test.each<[string, Partial<Answers>, Found]>([
  ["an image", { image: DIGEST, folder: undefined }, {}],
  ["a folder that tells nothing", {}, {}],
  ["no cache", { without: ["cache"] }, FOUND],
  ["no web firewall", { without: ["web-firewall"] }, FOUND],
  ["one track", { without: ["candidate"] }, FOUND],
  ["nobody who is told", { told: [] }, FOUND],
  ["one stack", { stacks: ["live"] }, FOUND],
])("%s makes a sound config, too", (_, answers, found) => {
  try {
    laidOut({ ...ANSWERS, ...answers }, found);
    expect(configMistakes(folder, "live")).toEqual([]);
  } finally {
    laidOut(ANSWERS, FOUND);
  }
});

test("the last stack is everybody's: it has the domain, and is as strong as can be", () => {
  expect(ANSWERS.stacks.map((stack) => configOf(stack)["rollout:domain"])).toEqual([
    "beta.shop.corp.test",
    "staging.shop.corp.test",
    "shop.corp.test",
  ]);
  expect(ANSWERS.stacks.map((stack) => configOf(stack)["rollout:tier"])).toEqual(["beta", "beta", "prod"]);
  expect(new Set(ANSWERS.stacks.map((stack) => configOf(stack)["rollout:network"].cidr)).size).toBe(3);
});

test("what was found is in the config, and where it is from", () => {
  expect(configOf("staging")["rollout:app"]).toEqual({
    ...{ name: "cotizador", port: 9000, healthPath: "/healthz", migrate: FOUND.migrate?.words },
    assets: [FOUND.assets],
  });
  expect(configOf("staging")["rollout:rehearsal"]).toEqual({ folder: "../shop", command: FOUND.command });
  expect(textOf("Pulumi.staging.yaml")).toContain("port: 9000 # by EXPOSE");
});

test("an editor finds the keys' schema in the package, and has nothing to mark", () => {
  const judge = new Ajv({ validateFormats: false, strictTypes: false }).compile(editorSchema());
  for (const stack of ANSWERS.stacks) {
    const text = textOf(`Pulumi.${stack}.yaml`);
    judge(parse(text));
    expect(judge.errors ?? []).toEqual([]);
    expect(text.split("\n")[0]).toBe(
      "# yaml-language-server: $schema=node_modules/rollout-stack/dist/infra/settings/pages/stack.schema.json",
    );
  }
});

test("the phases are those of the stacks, in their order", () => {
  const { phases } = parsePhases("phases.yaml", textOf("phases.yaml"));
  expect(Object.values(phases).map(({ stack }) => stack)).toEqual(ANSWERS.stacks);
});

test("nothing of the sample is in what is laid out", () => {
  const yaml = (name: string) => parse(readFileSync(join(ROOT, name), "utf8"));
  const sample = ["beta", "prod"].flatMap((stack) => {
    const config = yaml(`Pulumi.${stack}.yaml`).config;
    return [
      ...Object.keys(yaml(`flags.${stack}.yaml`).flags),
      ...[config["rollout:domain"], ...(config["rollout:operators"]?.email ?? [])],
    ];
  });
  const { phases, checkpoints } = yaml("phases.yaml");
  const names = [
    ...sample,
    ...Object.keys(checkpoints),
    ...Object.keys(phases).filter((each) => each.includes("-")),
  ];
  expect(names.length).toBeGreaterThan(8);
  const all = Object.entries(files).map(([path, { text }]) => `${path}\n${text}`);
  expect(names.filter((name) => all.some((text) => text.includes(name)))).toEqual([]);
  expect(all.filter((text) => /example\.(com|org)|\bprod\b(?! # survives|: as strong)/.test(text))).toEqual(
    [],
  );
});

describe("package.json", () => {
  const manifest = (before?: Parameters<typeof filesOf>[3]) =>
    JSON.parse(filesOf(ANSWERS, FOUND, "file:../rollout.tgz", before)["package.json"]!.text);

  test("has the package from where it was said, and Pulumi's in the package's versions", () => {
    const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const { dependencies, name } = manifest();
    expect(name).toBe("cotizador");
    expect(dependencies).toEqual({
      "@pulumi/aws": own.dependencies["@pulumi/aws"],
      "@pulumi/pulumi": own.dependencies["@pulumi/pulumi"],
      "rollout-stack": "file:../rollout.tgz",
    });
  });

  test("keeps what it had", () => {
    const before = {
      name: "ours",
      license: "MIT",
      dependencies: { left: "1" },
      devDependencies: { right: "2" },
    };
    const after = manifest(before);
    expect(after).toMatchObject({ name: "ours", license: "MIT", main: "infra/index.ts" });
    expect(after.dependencies.left).toBe("1");
    expect(after.devDependencies.right).toBe("2");
  });
});

test("the workflows are the package's, with the policies where it has them", () => {
  const workflows = Object.keys(files).filter((path) => path.startsWith(".github/workflows/"));
  expect(workflows.length).toBeGreaterThan(3);
  expect(workflows).not.toContain(".github/workflows/drills.yml");
  const all = workflows.map(textOf).join("\n");
  expect(all).toContain("--policy-pack node_modules/rollout-stack/dist/infra/policy/pack");
  expect(all).not.toMatch(/[^/]infra\/policy\/pack/);
  expect(files[".github/workflows/release.yml"]?.text).toContain("default: live");
  for (const path of Object.keys(files))
    expect(files[path]?.runs ?? false).toBe(/^(bin|\.github\/scripts)\//.test(path));
});
