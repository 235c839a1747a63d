import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { TrackPlan } from "../../../rollout/platforms/rehearsal/plan/describe.ts";
import { expectFolder, pathIn } from "../../../rollout/platforms/rehearsal/servers/app-start.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let projectDir: string;
beforeEach(() => {
  projectDir = temporaryFolder("app-start-");
  for (const folder of [".venv/bin", "node_modules/.bin"])
    mkdirSync(join(projectDir, "shop", folder), { recursive: true });
});
const track = (folder: string) => ({ name: "blue", folder }) as TrackPlan;

test("the folder's own programs are found first, as in an image", () => {
  const shop = join(projectDir, "shop");
  expect(pathIn({ projectDir }, track("shop"), ["/postgres"]).split(delimiter).slice(0, 3)).toEqual([
    join(shop, "node_modules/.bin"),
    join(shop, ".venv/bin"),
    "/postgres",
  ]);
  expect(pathIn({ projectDir }, track("."))).toBe(process.env.PATH);
});

test("a folder that isn't there is named", () => {
  expect(() => expectFolder({ projectDir }, track("shop"))).not.toThrow();
  expect(() => expectFolder({ projectDir }, track("../shopp"))).toThrow(
    /^track blue: there is no folder \/.*\/shopp: rollout:rehearsal says \.\.\/shopp$/,
  );
});
