import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../support/sample.ts";

// A team's own repository, from the packed package: laid out by `rollout init` for a Django project as django-admin makes it,
// with three stacks, a queue of the team's own, and its tests. npm's part is left out: the
// packages are linked.

const django = join(ROOT, ".cache/foreign/python/bin/django-admin");
let folder: string;
let deploy: string;

/** What a team adds to django-admin's settings for a database of the environment. */
const SETTINGS = `
import os
from urllib.parse import parse_qsl, urlsplit

ALLOWED_HOSTS = ["*"]
_url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": _url.path[1:], "USER": _url.username, "PASSWORD": _url.password,
    "HOST": _url.hostname, "PORT": _url.port, "OPTIONS": dict(parse_qsl(_url.query)),
}}
`;

const DOCKERFILE = `FROM python:3.12-slim
COPY . .
EXPOSE 8000
CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "adopt-"));
  deploy = join(folder, "deploy");
  mkdirSync(join(folder, "shop"));
  mkdirSync(join(deploy, "node_modules"), { recursive: true });
  run("npm", ["pack", "--silent", "--pack-destination", folder], ROOT);
  for (const name of [...readdirSync(join(ROOT, "node_modules")), ".bin"]) {
    const link = join(deploy, "node_modules", name);
    if (!existsSync(link) && name !== ".cache") symlinkSync(join(ROOT, "node_modules", name), link);
  }
  const packed = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  run("tar", ["xzf", join(folder, packed), "-C", folder], folder);
  renameSync(join(folder, "package"), join(deploy, "node_modules/rollout-stack"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, words: string[], cwd: string): string {
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
  const { stdout, stderr, status } = spawnSync(command, words, { cwd, env, encoding: "utf8" });
  expect(status, `${command} ${words.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return stdout + stderr;
}

test.skipIf(!existsSync(django))(
  "a Django project is adopted, and rehearsed, from the packed package",
  () => {
    const shop = join(folder, "shop");
    run(django, ["startproject", "shop", "."], shop);
    appendFileSync(join(shop, "shop/settings.py"), SETTINGS);
    writeFileSync(join(shop, "Dockerfile"), DOCKERFILE);
    writeFileSync(join(shop, ".dockerignore"), ".venv\n");
    symlinkSync(join(ROOT, ".cache/foreign/python"), join(shop, ".venv"));

    const answers = ["--name", "cotizador", "--domain", "shop.example.com", "--app", "../shop"];
    const more = [
      "--health",
      "/admin/login/",
      "--told",
      "ops@example.com",
      "--stacks",
      "beta",
      "staging",
      "prod",
    ];
    const rollout = join(deploy, "node_modules/rollout-stack/bin/rollout");
    const said = run(rollout, ["init", ...answers, ...more, "--yes", "--no-install"], deploy);
    expect(said).toContain("found: port 8000 (EXPOSE)");
    expect(said).toContain("found: Django's migrations");
    expect(said).toMatch(/\d+ requests in \d+ s, 0 lost/);
    expect(said).toContain("cotizador is laid out. Next:");
  },
);

test.skipIf(!existsSync(django))(
  "a queue of the team's own keeps its tests green, and stands in the preview",
  () => {
    const before = join(folder, "staging.json");
    writeFileSync(before, run("bin/rollout", ["graph", "--stack", "staging", "--json"], deploy));
    const program = join(deploy, "infra/index.ts");
    const text = readFileSync(program, "utf8").replace(
      "export default { ...stack() };",
      'const orders = new aws.sqs.Queue("orders", { sqsManagedSseEnabled: true });\nexport default { ...stack(), orders: orders.url };',
    );
    writeFileSync(program, `import * as aws from "@pulumi/aws";\n${text}`);
    run("tsc", [], deploy);
    run("node", ["--test"], deploy);
    const preview = run(
      "bin/rollout",
      ["preview", "--stack", "staging", "--base", before, "--format", "markdown"],
      deploy,
    );
    expect(preview).toContain("orders");
  },
);
