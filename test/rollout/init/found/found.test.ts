import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findIn } from "../../../../rollout/init/found/found.ts";

// Folders as the tools' own generators lay them out, and as applications have them.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "found-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is found in a folder that holds these files. */
function found(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return findIn(folder);
}

const packages = (...names: string[]) =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((each) => [each, "1"])) }, null, 2);

test("nothing, in a folder that has nothing", () => {
  expect(Object.values(found({ "README.md": "# Shop" })).filter((each) => each !== undefined)).toEqual([]);
});

describe("the framework", () => {
  test.each<[string, string, string, string]>([
    ["Django", "requirements.txt", "django==5.2\n", "Django 8000"],
    ["Django, in another case", "requirements/base.txt", "gunicorn\nDjango>=5\n", "Django 8000"],
    [
      "Django, in a project's list",
      "pyproject.toml",
      '[project]\ndependencies = [\n  "django>=5",\n]\n',
      "Django 8000",
    ],
    [
      "FastAPI",
      "pyproject.toml",
      '[project]\ndependencies = [\n  "fastapi[standard]<1",\n]\n',
      "FastAPI 8000",
    ],
    ["FastAPI, by Poetry", "pyproject.toml", '[tool.poetry.dependencies]\nfastapi = "*"\n', "FastAPI 8000"],
    ["Flask", "Pipfile", '[packages]\nflask = "*"\n', "Flask 5000"],
    ["Next.js", "package.json", packages("next", "react"), "Next.js 3000"],
    ["Nest, which brings Express", "package.json", packages("@nestjs/core", "express"), "Nest 3000"],
    ["Express", "package.json", packages("express"), "Express 3000"],
    ["Rails", "Gemfile", 'source "https://rubygems.org"\ngem "rails", "~> 8.0"\n', "Rails 3000"],
    ["Phoenix", "mix.exs", '  {:phoenix, "~> 1.7"},', "Phoenix 4000"],
    ["Laravel", "composer.json", '{ "require": { "laravel/framework": "^12" } }', "Laravel 8000"],
  ])("%s", (_, path, text, expected) => {
    const { framework, port } = found({ [path]: text });
    expect(`${framework} ${port?.is}`).toBe(expected);
    expect(port?.by).toBe(framework);
  });

  test.each([
    ["django-environ", "requirements.txt", "django-environ==1\n"],
    ["a plug-in of Express", "package.json", packages("express-session")],
  ])("%s isn't one", (_, path, text) => expect(found({ [path]: text }).framework).toBeUndefined());

  test.each([
    ["FROM a\nEXPOSE 9000\nCMD flask run --port 1", 9000, "EXPOSE"],
    ["FROM a\nCMD flask run --port 9001", 9001, "CMD"],
    ["FROM a\nCMD flask run", 5000, "Flask"],
  ])("what %j says of the port goes before it", (Dockerfile, is, by) =>
    expect(found({ Dockerfile, "requirements.txt": "flask" }).port).toEqual({ is, by }),
  );
});

describe("migrations", () => {
  test.each<[string, string[], string | undefined]>([
    ["Django", ["manage.py"], "python manage.py migrate --noinput"],
    ["Django, a folder below", ["src/manage.py"], "python src/manage.py migrate --noinput"],
    ["Django, not of an environment", [".venv/manage.py", "node_modules/manage.py"], undefined],
    ["Alembic", ["alembic.ini"], "alembic upgrade head"],
    ["Alembic, a folder below", ["db/alembic.ini"], "alembic -c db/alembic.ini upgrade head"],
    ["Flask-Migrate", ["migrations/alembic.ini"], "flask db upgrade"],
    ["Rails", ["bin/rails"], "bin/rails db:migrate"],
    ["Prisma", ["prisma/schema.prisma"], "npx prisma migrate deploy"],
    ["Prisma, whose schema is a folder", ["prisma/schema/user.prisma"], "npx prisma migrate deploy"],
    [
      "Prisma, a folder below",
      ["web/prisma/schema.prisma"],
      "npx prisma migrate deploy --schema web/prisma/schema.prisma",
    ],
    ["Prisma, by its config", ["prisma.config.ts"], "npx prisma migrate deploy"],
    ["Knex", ["knexfile.js"], "npx knex migrate:latest"],
    ["Knex, in TypeScript", ["knexfile.ts"], "npx knex migrate:latest"],
    ["Knex, as a CommonJS file", ["knexfile.cjs"], "npx knex migrate:latest"],
    ["Knex, a folder below", ["db/knexfile.js"], "npx knex migrate:latest --knexfile db/knexfile.js"],
  ])("%s", (by, paths, words) => {
    const { migrate } = found(Object.fromEntries(paths.map((path) => [path, "x"])));
    expect(migrate?.words.join(" ")).toBe(words);
    if (words) expect(migrate?.by).toBe(by.split(",")[0]);
  });

  test("Alembic, by pyproject.toml", () =>
    expect(found({ "pyproject.toml": '[tool.alembic]\nscript_location = "db"\n' }).migrate?.by).toBe(
      "Alembic",
    ));

  test("Prisma, by package.json", () =>
    expect(found({ "package.json": '{ "prisma": { "schema": "db/x.prisma" } }' }).migrate?.by).toBe(
      "Prisma",
    ));
});

describe("assets", () => {
  const manifest =
    'STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}\n';
  const django = 'STATIC_URL = "static/"\nSTATIC_ROOT = BASE_DIR / "staticfiles"\n';
  const collects = "FROM a\nRUN python manage.py collectstatic --noinput";
  test.each<[string, Record<string, string>, string | undefined]>([
    ["Next.js", { "package.json": packages("next") }, "/_next/static/ .next/static"],
    ["Nuxt", { "package.json": packages("nuxt") }, "/_nuxt/ .output/public/_nuxt"],
    [
      "Vite",
      { "package.json": packages("vite"), Dockerfile: "FROM a\nRUN npm run build" },
      "/assets/ dist/assets",
    ],
    [
      "Vite, for tests alone",
      { "package.json": packages("vite"), Dockerfile: "FROM a\nRUN npm ci" },
      undefined,
    ],
    [
      "Laravel",
      { "package.json": packages("laravel-vite-plugin", "vite") },
      "/build/assets/ public/build/assets",
    ],
    [
      "Rails",
      { Gemfile: 'gem "rails"\n', Dockerfile: "FROM a AS b\nRUN bin/rails assets:precompile\nFROM b" },
      "/assets/ public/assets",
    ],
    ["Rails without pages", { Gemfile: 'gem "rails"\n', Dockerfile: "FROM a" }, undefined],
    ["Django", { Dockerfile: collects, "shop/settings.py": django + manifest }, "/static/ staticfiles"],
    [
      "Django, whose names say nothing of the content",
      { Dockerfile: collects, "shop/settings.py": django },
      undefined,
    ],
    [
      "Django, which collects nothing",
      { Dockerfile: "FROM a", "shop/settings.py": django + manifest },
      undefined,
    ],
  ])("%s", (_, files, expected) => {
    const { assets } = found(files);
    expect(assets && `${assets.path} ${assets.folder}`).toBe(expected);
  });
});

describe("the health path", () => {
  test.each<[string, string, string | undefined]>([
    ["Express", 'app.get("/healthz", (_, answer) => answer.end())', "/healthz"],
    ["FastAPI", '@app.get("/api/health")', "/api/health"],
    ["Django", 'path("health/", health),', "/health/"],
    ["Django by an expression", 're_path(r"^healthz$", health),', "/healthz"],
    ["Rails", 'get "up" => "rails/health#show", as: :rails_health_check', "/up"],
    ["a word that is no route", 'STATUS = {"up": 1, "health": "good"}', undefined],
  ])("%s", (_, text, path) => expect(found({ "src/routes.py": text }).healthPath).toBe(path));

  test("what the image's own check asks goes before it", () =>
    expect(
      found({ Dockerfile: "FROM a\nHEALTHCHECK CMD curl http://127.0.0.1/ready", "a.py": '"/healthz"' })
        .healthPath,
    ).toBe("/ready"));

  test("not in what others wrote, nor in tests", () =>
    expect(
      found({ "node_modules/a/b.js": '"/healthz"', "tests/a.py": '"/health"' }).healthPath,
    ).toBeUndefined());
});
