import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Browser } from "../rehearsal/browser.ts";
import { client, projectCopy, removeCopies } from "../rehearsal/project.ts";

// A page and the files that it loads, whose names differ from version to version, as every bundler's do. Python's own
// http.server serves it: it knows nothing of tracks.

const FILES = ["app", "vendor", "style"];
const sites = mkdtempSync(join(tmpdir(), "pages-"));
const configOf = (green: number, stickiness: string) => ({
  tracks: { blue: { weight: 100 - green }, green: { weight: green } },
  stickiness,
  app: { healthPath: "/index.html" },
  rehearsal: {
    command: ["sh", "-c", "exec python3 -m http.server --bind $HOST $PORT"],
    tracks: { blue: { folder: join(sites, "v1") }, green: { folder: join(sites, "v2") } },
  },
});
const project = projectCopy(configOf(50, "30m"));
let url: string;
let ca: string;

beforeAll(async () => {
  for (const version of ["v1", "v2"]) {
    const folder = join(sites, version);
    mkdirSync(folder);
    writeFileSync(
      join(folder, "index.html"),
      FILES.map((file) => `<script src="/${file}.${version}.js">`).join("\n"),
    );
    for (const file of FILES) writeFileSync(join(folder, `${file}.${version}.js`), version);
  }
  const status = await rehearse.up({ ...project, port: await freePort() });
  url = status.url;
  ca = readFileSync(status.caFile, "utf8");
});
afterAll(async () => {
  await removeCopies();
  rmSync(sites, { recursive: true, force: true });
});

interface Visit {
  version: string;
  whole: boolean;
}

/** Loads the page and then all that it names, at once, as a browser does. */
async function visit(browser: Browser): Promise<Visit> {
  const { body } = await browser.get("/index.html");
  const named = [...body.matchAll(/src="([^"]+)"/g)].map(([, path]) => path!);
  const parts = await Promise.all(named.map((path) => browser.get(path)));
  const version = /\.(v\d)\./.exec(body)?.[1] ?? "none";
  return { version, whole: named.length === FILES.length && parts.every(({ status }) => status === 200) };
}

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => new Browser(url, ca, client(index)));
const visits = async (all: Browser[]) => {
  const seen: Visit[] = [];
  for (let done = 0; done < all.length; done += 20)
    seen.push(...(await Promise.all(all.slice(done, done + 20).map(visit))));
  return seen;
};
const share = (seen: Visit[]) => seen.filter(({ version }) => version === "v2").length;

/** The balancer gives each hundred of newcomers its exact share; ours needn't be one of its hundreds. */
const near = (count: number, asked: number) => expect(Math.abs(count - asked)).toBeLessThanOrEqual(3);

test("at half and half every page is whole, and as many are new as the weight says", async () => {
  const seen = await visits(people(100));
  expect(seen.filter(({ whole }) => whole)).toHaveLength(100);
  near(share(seen), 50);
});

test("a growing share moves people forward only, each between two visits; a rollback moves everybody", async () => {
  const all = people(100);
  const at = async (green: number) => {
    project.configure(configOf(green, "30m"));
    await rehearse.apply(project);
    return visits(all);
  };
  const first = await at(10);
  near(share(first), 10);
  // Nobody was idle: whoever has begun stays, with whole pages, up to the last step.
  for (const green of [25, 50]) expect(await at(green)).toEqual(first);
  for (const each of all) each.idle();
  const anew = await at(50);
  expect(anew.every(({ whole }) => whole)).toBe(true);
  for (const [index, { version }] of first.entries())
    if (version === "v2") expect(anew[index]!.version).toBe("v2");
  // Numbers by chance: half of 90, and the 10 who have it; beyond six standard deviations once in a billion.
  expect(Math.abs(share(anew) - 55)).toBeLessThan(29);
  const back = await at(0);
  expect(back).toEqual(all.map(() => ({ version: "v1", whole: true })));
});

test("without sessions hardly a page is whole", async () => {
  project.configure(configOf(50, "none"));
  await rehearse.apply(project);
  const seen = await visits(people(100));
  // Each of four requests by itself: an eighth, if they came by chance.
  expect(seen.filter(({ whole }) => whole).length).toBeLessThan(40);
});
