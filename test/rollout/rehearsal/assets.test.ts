import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Room } from "../../../rollout/platforms/rehearsal/room.ts";
import { shareAssets } from "../../../rollout/platforms/rehearsal/servers/assets.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let folder: string;
let said: string[];
const DAY_SECONDS = 24 * 3600;

beforeEach(() => {
  folder = temporaryFolder("assets-here-");
  said = [];
  put("one/dist/assets/main-one.js", "main of one");
  put("one/dist/assets/deep/later-one.css", "later of one");
  put("one/dist/assets/logo.svg", "logo of one");
  put("one/dist/assets/.env", "secret");
  put("two/dist/assets/main-two.js", "main of two");
  put("two/dist/assets/logo.svg", "logo of two");
  symlinkSync("/etc/passwd", join(folder, "one/dist/assets/link.js"));
  for (const id of ["blue-1", "green-1"]) mkdirSync(join(folder, "state/servers", id), { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Blue runs the first and green the second, or what is said. */
function share(folders: Record<string, string> = { blue: "one", green: "two" }): void {
  const tracks = Object.entries(folders).map(([name, own]) => ({
    ...{ name, version: own, folder: own },
    assets: [{ path: "/assets/", folder: "dist/assets" }],
  }));
  const servers = ["blue", "green"].map((track) => ({ id: `${track}-1`, track, version: folders[track] }));
  shareAssets({
    projectDir: folder,
    say: (line: string) => void said.push(line),
    plan: { tracks },
    ledger: { place: { folder: join(folder, "state") }, state: { servers } },
  } as unknown as Room);
}

const kept = (server: string, path: string) => {
  const file = join(folder, "state/servers", server, "assets/kept/assets", path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

test("each server has what its own version hasn't, plain files alone", () => {
  share();
  expect(kept("green-1", "main-one.js")).toBe("main of one");
  expect(kept("green-1", "deep/later-one.css")).toBe("later of one");
  expect(kept("blue-1", "main-two.js")).toBe("main of two");
  for (const own of ["logo.svg", "main-one.js", ".env", "link.js"])
    expect(kept("blue-1", own)).toBeUndefined();
  for (const other of ["logo.svg", ".env", "link.js"]) expect(kept("green-1", other)).toBeUndefined();
  expect(said).toEqual([]);
});

test("a version that no track has any longer stays for a day", () => {
  share();
  share({ blue: "two", green: "two" });
  expect(kept("blue-1", "main-one.js")).toBe("main of one");
  expect(kept("blue-1", "main-two.js")).toBeUndefined();
  const past = Date.now() / 1000 - DAY_SECONDS - 10;
  for (const name of ["main-one.js", "main-two.js"])
    utimesSync(join(folder, "state/assets/assets", name), past, past);
  share({ blue: "two", green: "two" });
  expect(kept("blue-1", "main-one.js")).toBeUndefined();
  expect(kept("blue-1", "deep/later-one.css")).toBe("later of one");
  share({ blue: "one", green: "two" });
  expect(kept("blue-1", "main-two.js")).toBe("main of two");
});

test("a folder that isn't there is told, and the others are shared", () => {
  rmSync(join(folder, "two/dist"), { recursive: true });
  share();
  expect(said).toEqual([`track green: app.assets finds no files in ${join(folder, "two/dist/assets")}`]);
  expect(kept("green-1", "main-one.js")).toBe("main of one");
});
