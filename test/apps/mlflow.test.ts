import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Visitor } from "./visitor.ts";
import { AppWorld, appsSkipped, hasApps } from "./world.ts";

// MLflow 3.16.1 and 3.17.2, unchanged from PyPI, used by its own client: docs/apps.md.

const run = promisify(execFile);

describe.skipIf(!hasApps)(`${appsSkipped}MLflow`, () => {
  const world = new AppWorld({
    title: "MLflow",
    folders: { "mlflow-3.16": "mlflow-3.16", "mlflow-3.17": "mlflow-3.17" },
    visited: ["/health", "/version", "/"],
    rate: 60,
  });
  let visitor: Visitor;
  const version = async () => (await visitor.ask("/version")).text();

  /** What MLflow's own client does: it logs a run with figures and a file, and reads all runs back with their files. */
  async function client(name: string) {
    const { stdout } = await run(
      join(world.project.projectDir, "mlflow-3.16/.venv/bin/python"),
      [join(import.meta.dirname, "mlflow/client.py"), visitor.origin, name],
      {
        env: {
          PATH: process.env.PATH,
          REQUESTS_CA_BUNDLE: world.status.caFile,
          MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
        },
      },
    );
    // It says where to look at a run, too.
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, { loss: number; file: string }>;
  }

  test("takes figures and files from its own client, and its page's own requests", async () => {
    visitor = world.visitor();
    expect(await version()).toBe("3.16.1");
    const first = { loss: 0.25, file: "first's model" };
    expect(await client("first")).toEqual({ first });
    // A browser says where the page is from; the server takes its own alone.
    const made = await visitor.json(
      "/api/2.0/mlflow/experiments/create",
      { name: "own" },
      { origin: visitor.origin },
    );
    expect(made).toHaveProperty("experiment_id");
    const foreign = visitor.json(
      "/api/2.0/mlflow/experiments/create",
      { name: "b" },
      { origin: "https://evil.example" },
    );
    await expect(foreign).rejects.toThrow("403");
  });

  test("drilled, its next release's own migration is seen to break this one: its traces", async () => {
    const { checks, facts, outcome } = await world.drill();
    console.log(checks.map(({ name, verdict, details }) => `${name}: ${verdict}: ${details}`).join("\n"));
    const of = (asked: string) => checks.find(({ name }) => name === asked)!;
    expect(outcome).toBe("failed");
    for (const name of ["before", "migration", "removed"]) expect(of(name).verdict, name).toBe("pass");
    const lost = "look at a trace (written by stable before, read by stable after)";
    expect(of("stable after it").details).toContain(lost);
    // What one release calls a trace the other doesn't find; runs hold in all four orders.
    expect(of("candidate").details).toMatch(/^look at a trace \(written by stable/);
    expect(of("back to stable").details).toContain(
      "look at a trace (written by candidate, read by stable again)",
    );
    expect(of("orders").details).toMatch(
      /; new writes, new reads: (\d+) of \1; new writes, old reads: \d+ of \d+$/,
    );
    expect(checks.map(({ details }) => details).join()).not.toContain("look at a run");
    expect(of("rows").details).toMatch(/public\.spans: dimension_attributes is gone/);
    expect(facts.hazards).toContain("breaks: public.spans.dimension_attributes");
    expect(facts.notExercised).toContain("public.spans");
  });

  test("goes to its next release and back, and loses nothing", async () => {
    const forward = await world.release();
    expect(forward.code, forward.said).toBe(0);
    expect(forward.out).toContain("promoted: all steps passed");
    expect(forward.lost).toBe(0);
    expect(await version()).toBe("3.17.2");
    expect(Object.keys(await client("second")).sort()).toEqual(["first", "second"]);

    const back = await world.back();
    expect(back.code, back.said).toBe(0);
    expect(back.lost).toBe(0);
    expect(await version()).toBe("3.16.1");
    expect(await client("third")).toMatchObject({
      second: { loss: 0.25, file: "second's model" },
      third: { loss: 0.25, file: "third's model" },
    });
  });
});
