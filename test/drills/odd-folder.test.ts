import { execFile } from "node:child_process";
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { upText } from "../../rollout/cli/rehearse/rehearse-text.ts";
import { listBackups } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { outsidesOf } from "../../rollout/platforms/rehearsal/machine/disk/outside.ts";
import { storeOf } from "../rehearsal/database.ts";
import { counted, get, projectCopy, removeCopies, traffic } from "../rehearsal/project.ts";

// Each letter means something in a path of nginx's, HAProxy's, Redis's, PostgreSQL's, pgBackRest's or the shell's, or in
// a URL; and no socket's path may be so long.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const NAME = `it's a "project", $HOME %d 100% #1 {x}; & é 漢 ~ * ? [y] <z> | \`id\` =@+!^/${"deep".repeat(30)}`;

afterAll(removeCopies);

it.each(["back\\slash", "line\nbreak", "bell\u0007"])(
  "Node loads nothing from %j: that is said at the start",
  async (name) => {
    const project = projectCopy({}, name);
    await expect(rehearse.up(project)).rejects.toThrow(
      `${JSON.stringify(project.projectDir)} can't hold a project: Node loads no program from a path with a backslash or a control character`,
    );
    expect(existsSync(join(project.stateDir, "beta"))).toBe(false);
  },
);

describe(`a project in the folder ${NAME}`, () => {
  const project = projectCopy({ tracks: { blue: { weight: 90 }, green: { weight: 10 } } }, NAME);
  const stackFolder = join(project.stateDir, "beta");
  const run = (...words: string[]) => promisify(execFile)(ROLLOUT, words, { cwd: project.projectDir });
  let status: Status;
  let ca: string;

  beforeAll(async () => {
    // The database's user may come in: the data is in there too.
    chmodSync(project.root, 0o755);
    status = await rehearse.up(project);
    ca = readFileSync(status.caFile, "utf8");
  });

  it("comes up and serves as the split says", async () => {
    expect(status.unreadable).toEqual([]);
    expect(await counted(status.url, ca, 100)).toEqual({ blue: 90, green: 10 });
  });

  it("keeps everything in its own folder but a link to it, in a folder that only we can write to", async () => {
    const [outside, ...others] = outsidesOf(stackFolder);
    expect(others).toEqual([]);
    expect(readdirSync(outside!)).toEqual(["stack"]);
    expect(lstatSync(outside!).mode & 0o777).toBe(0o711);
    expect(readdirSync(stackFolder)).toEqual(
      expect.arrayContaining(["haproxy", "logs", "postgres", "redis"]),
    );
  });

  it("is changed under load: a track more, which the balancer reloads for, and other servers", async () => {
    const stop = traffic(status.url, ca);
    const tracks = { blue: { weight: 50 }, green: { weight: 50 }, red: { weight: 0 } };
    project.configure({ tracks, app: { name: "Another" } });
    const changed = await rehearse.apply(project);
    expect((await stop()).failed).toBe(0);
    expect(changed.servers.map(({ id, healthy }) => `${id} ${healthy}`).sort()).toEqual([
      "blue-2 true",
      "green-2 true",
      "red-1 true",
    ]);
  });

  it("prints what a shell takes as it is", async () => {
    const { stdout } = await run("rehearse", "status", "--stack", "beta", "--json");
    const hints = upText(JSON.parse(stdout) as Status).match(/curl .*/g)!;
    expect(hints).toHaveLength(2);
    for (const hint of hints) {
      const asked = `${hint}health -sS -o /dev/null -w '%{http_code}'`;
      expect((await promisify(execFile)("bash", ["-c", asked])).stdout).toBe("200");
    }
  });

  it("is backed up and restored beside itself", async () => {
    await expect.poll(() => listBackups(storeOf(project)), { timeout: 60_000 }).toHaveLength(1);
    const { stdout } = await run("drill", "restore", "--stack", "beta", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "passed" });
  });

  it("comes back after all of it was killed", async () => {
    const { servers, balancer, database, cache } = await rehearse.status(project);
    const pids = [
      balancer.pid,
      database.pid,
      cache!.pid,
      ...servers.flatMap(({ pids }) => Object.values(pids)),
    ];
    for (const pid of pids) process.kill(pid!, "SIGKILL");
    await rehearse.up(project);
    expect((await get(`${status.url}/health`, ca)).status).toBe(200);
  });

  it("goes down and leaves nothing outside", async () => {
    await rehearse.down(project);
    expect(outsidesOf(stackFolder)).toEqual([]);
    expect(existsSync(join(stackFolder, "state.json"))).toBe(false);
  });
});
