import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { Ledger, placeOf } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { motoThere, skipped } from "../aws/moto.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

afterAll(removeCopies);

// The program's own bucket and secrets, as an app finds them: with AWS's SDKs for JavaScript and Python as they are.
describe.skipIf(!motoThere)(`${skipped}an app with a bucket and a secret`, () => {
  const app = {
    buckets: ["uploads"],
    secrets: { STRIPE_KEY: { secure: "v1:x" }, MAIL_KEY: { secure: "v1:y" } },
  };
  const project = projectCopy({ app });
  const said: string[] = [];
  const options = { ...project, say: (line: string) => said.push(line) };

  beforeAll(async () => {
    writeFileSync(join(project.projectDir, ".secrets.beta.env"), "STRIPE_KEY=sandbox key\n");
    await rehearse.up(options);
  });

  /** The environment of a server's app, and nothing else but where programs are. */
  function environment(track: string): Record<string, string> {
    const { servers } = Ledger.openOrFail(placeOf("beta", project.stateDir)).state;
    const { id } = servers.findLast((each) => each.track === track)!;
    const text = readFileSync(join(project.stateDir, "beta/servers", id, "app.env"), "utf8");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => [line.split("=")[0]!, line.slice(line.indexOf("=") + 1)]);
    return Object.fromEntries(lines);
  }

  async function asked(command: string[], ...words: string[]) {
    const env = { PATH: process.env.PATH, ...environment("blue") };
    const [program, ...rest] = command;
    const { stdout } = await run(program!, [...rest, ...words], { env, cwd: ROOT });
    return JSON.parse(stdout);
  }
  const clients = (["objects.mjs", "objects.py"] as const).map((name) =>
    join(ROOT, "test/rehearsal/clients", name),
  );
  const javascript = [process.execPath, clients[0]!];
  const python = [join(ROOT, ".cache/moto/bin/python"), clients[1]!];

  it("says where each secret comes from, and gives it to every server", () => {
    expect(said).toContain("secrets: STRIPE_KEY from .secrets.beta.env");
    expect(said).toContain(
      "secrets: MAIL_KEY made up; for real ones write NAME=value into .secrets.beta.env",
    );
    expect(said.join()).not.toContain("sandbox key");
    const [blue, green] = [environment("blue"), environment("green")];
    expect([blue.STRIPE_KEY, green.STRIPE_KEY]).toEqual(["sandbox key", "sandbox key"]);
    expect(blue.MAIL_KEY).toMatch(/^rehearsal-/);
    expect(green.MAIL_KEY).toBe(blue.MAIL_KEY);
  });

  it("stores by one SDK what the other reads, with credentials from the container's address", async () => {
    const put = await asked(javascript, "put", "a b/ä.txt", "one");
    expect(put).toEqual({ keys: ["a b/ä.txt"], versions: 1, text: "one", as: "ASIAREHEARSAL" });
    expect(await asked(python, "get", "a b/ä.txt")).toEqual(put);
    const second = await asked(python, "put", "a b/ä.txt", "two");
    expect(second).toMatchObject({ versions: 2, text: "two" });
  });

  it("keeps what was there before a deletion", async () => {
    await asked(python, "put", "gone", "x");
    expect(await asked(javascript, "delete", "gone")).toMatchObject({ versions: 1, text: null });
  });

  it("has all of it after a crash of what plays S3, at the same address", async () => {
    const before = environment("blue");
    const { processes } = Ledger.openOrFail(placeOf("beta", project.stateDir)).state;
    for (const key of ["storage", "credentials"]) process.kill(processes[key]!.pid, "SIGKILL");
    await rehearse.up(options);
    expect(environment("blue")).toEqual(before);
    expect(await asked(javascript, "get", "a b/ä.txt")).toMatchObject({ versions: 2, text: "two" });
    expect(await asked(python, "get", "gone")).toMatchObject({ versions: 1, text: null });
  });

  it("replaces the servers when a secret of the file is another, and only then", async () => {
    const ids = () => Ledger.openOrFail(placeOf("beta", project.stateDir)).state.servers.map(({ id }) => id);
    const before = ids();
    await rehearse.apply(options);
    expect(ids()).toEqual(before);
    writeFileSync(join(project.projectDir, ".secrets.beta.env"), "STRIPE_KEY=another key\n");
    await rehearse.apply(options);
    expect(ids().filter((id) => before.includes(id))).toEqual([]);
    expect([environment("blue").STRIPE_KEY, environment("green").STRIPE_KEY]).toEqual([
      "another key",
      "another key",
    ]);
    expect(await asked(python, "get", "a b/ä.txt")).toMatchObject({ text: "two" });
  });
});
