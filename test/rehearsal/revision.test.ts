import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { client, get, projectCopy, removeCopies } from "./project.ts";

// Two revisions of one repository beside each other. What serves it is Python's own http.server.

const repository = mkdtempSync(join(tmpdir(), "shop-"));
const shop = join(repository, "web", "shop");
const git = (...words: string[]) =>
  execFileSync(
    "git",
    ["-C", repository, "-c", "user.name=ann", "-c", "user.email=ann@example.com", ...words],
    {
      encoding: "utf8",
    },
  ).trim();

function commit(page: string): void {
  mkdirSync(shop, { recursive: true });
  writeFileSync(join(shop, "page"), page);
  git("add", "--all");
  git("commit", "--quiet", "--message", page);
}

const python = "python3 -m http.server --bind $HOST $PORT";
const configOf = (revision: string) => ({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  app: { healthPath: "/page", migrate: ["sh", "-c", "cat page"] },
  rehearsal: {
    command: ["sh", "-c", `exec ${python}`],
    tracks: { blue: { folder: shop }, green: { folder: shop, revision } },
  },
});
const project = projectCopy(configOf("v1"));
let url: string;
let ca: string;

beforeAll(async () => {
  git("init", "--quiet", "--initial-branch", "main");
  writeFileSync(join(repository, ".gitignore"), "node_modules\n");
  commit("the first");
  git("tag", "v1");
  commit("the second");
  mkdirSync(join(repository, "node_modules"));
  const status = await rehearse.up({ ...project, port: await freePort() });
  url = status.url;
  ca = readFileSync(status.caFile, "utf8");
});
afterAll(async () => {
  await removeCopies();
  rmSync(repository, { recursive: true, force: true });
});

const page = async (track: string) =>
  (await get(`${url}/page`, ca, { "x-rollout-track": track, ...client(1) })).body;

test("each track serves its own, and each has migrated: they are two versions", async () => {
  expect([await page("blue"), await page("green")]).toEqual(["the second", "the first"]);
  const log = (server: string) =>
    readFileSync(join(project.stateDir, "beta/logs", `${server}.migrate.log`), "utf8");
  expect([log("blue-1"), log("green-1")]).toEqual([
    expect.stringMatching(/the second$/),
    expect.stringMatching(/the first$/),
  ]);
  expect(git("worktree", "list").split("\n")).toHaveLength(2);
});

/** What a rollout does with a candidate before it has traffic. */
async function deployed(track: string) {
  const platform = rehearsalPlatform(project);
  await platform.migrate(track, new AbortController().signal);
  await platform.deploy(track);
}

test("a branch that has moved is another version, and comes in without a pause", async () => {
  project.configure(configOf("main"));
  await rehearse.apply(project);
  expect(await page("green")).toBe("the first");
  await deployed("green");
  expect(await page("green")).toBe("the second");
  commit("the third");
  await deployed("green");
  expect(await page("green")).toBe("the third");
});

test("says which revision isn't there, and leaves what runs", async () => {
  project.configure(configOf("v9"));
  await expect(rehearse.apply(project)).rejects.toThrow(
    /rollout:rehearsal\.tracks\.green\.revision: there is no revision v9 in the repository of/,
  );
  expect(await page("green")).toBe("the third");
});
