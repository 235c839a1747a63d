import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drillMigrate } from "../../rollout/drill/migrate/rehearsal.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { djangoProject, nextVersion } from "../apps/django.ts";
import { foreignSkipped, hasForeign } from "../rehearsal/foreign.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Migrations that Django 5.2 (PyPI) wrote itself, drilled: a field whose default only Python knows, which takes the version before
// down, and the same with a default of the database's.

const TITLE = "title = models.CharField(max_length=200)";
const configOf = (shop: string, green: string) => ({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  app: { healthPath: "/health", migrate: ["python", "manage.py", "migrate", "--noinput"] },
  rehearsal: {
    command: ["gunicorn", "shop.wsgi", "--bind", "{host}:{port}", "--workers", "1"],
    tracks: { blue: { folder: join(shop, "first") }, green: { folder: join(shop, green) } },
  },
  smoke: [{ path: "/health" }],
  journeys: [
    { name: "comes back", request: "GET /visits", expect: { text: '"visits"' } },
    {
      ...{ name: "writes a note", request: "POST /notes", body: { title: { number: true } }, keep: "note" },
      expect: { status: 201, echo: true },
    },
    { name: "reads a note", request: "GET /notes/{note}", expect: { same: true, holds: true } },
  ],
});

describe.skipIf(!hasForeign)(`${foreignSkipped}Django`, () => {
  const shop = mkdtempSync(join(tmpdir(), "django-"));
  const project = projectCopy(configOf(shop, "first"));
  beforeAll(async () => {
    const first = join(shop, "first");
    djangoProject(first, [TITLE]);
    nextVersion(first, join(shop, "python"), [TITLE, 'text = models.TextField(default="")']);
    nextVersion(first, join(shop, "database"), [TITLE, 'text = models.TextField(db_default="")']);
    await rehearse.up(project);
  });
  afterAll(async () => {
    await removeCopies();
    rmSync(shop, { recursive: true, force: true });
  });

  async function drilled(green: string) {
    project.configure(configOf(shop, green));
    const { checks, facts } = await drillMigrate({ ...project, candidate: "green", by: "test" });
    return { facts, checks: Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest])) };
  }

  it("a field with a default that only Python knows fails what stable writes, and nothing else", async () => {
    const { checks } = await drilled("python");
    const failed = { verdict: "fail", details: "writes a note: POST /notes answered 500" };
    expect(checks["stable after it"]).toEqual(failed);
    expect(checks["back to stable"]).toEqual(failed);
    const others = ["before", "migration", "locks", "candidate", "orders", "rows", "removed"];
    for (const name of others) expect(checks[name], name).toMatchObject({ verdict: "pass" });
  });

  it("one with a default of the database's holds in all four orders", async () => {
    const { checks, facts } = await drilled("database");
    for (const [name, each] of Object.entries(checks)) expect(each, name).toMatchObject({ verdict: "pass" });
    expect(checks.orders!.details).toMatch(
      /^old writes, old reads: (\d) of \1; old writes, new reads: 3 of 3; new writes, new reads: 1 of 1; new writes, old reads: 1 of 1$/,
    );
    expect(facts.hazards).toBe("none");
    // What Django's own apps have, and no journey touched.
    expect(facts.notExercised).toMatch(/auth_user/);
    expect(facts.notExercised).not.toMatch(/notes_note|django_session/);
  });
});
