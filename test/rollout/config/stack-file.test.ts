import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigChanged, rewrite, StackFile } from "../../../rollout/config/stack-file.ts";

let folder: string;
let path: string;
const TEXT = "config:\n  rollout:tracks: { blue: { weight: 90 }, green: { weight: 10 } } # keep\n";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "config-"));
  path = join(folder, "Pulumi.beta.yaml");
  await writeFile(path, TEXT);
});
afterEach(() => rm(folder, { recursive: true }));

test("weights are written into the file and read back", async () => {
  const config = new StackFile(folder, "beta");
  await config.setWeights({ blue: 100 });
  expect(await config.weights()).toEqual({ blue: 100, green: 0 });
  expect(await readFile(path, "utf8")).toBe(TEXT.replace("90", "100").replace("10 }", "0 }"));
});

test("what drains is written with the weights, and goes with the next that don't name it", async () => {
  const config = new StackFile(folder, "beta");
  const text = `${TEXT}  rollout:stable: blue # the old one\n# the end\n`;
  await writeFile(path, text);
  await config.setWeights({ green: 100 }, "blue");
  const moved = text.replace("90", "0").replace("10 }", "100 }");
  expect(await readFile(path, "utf8")).toBe(
    moved.replace("# the old one\n", "# the old one\n  rollout:draining: blue\n"),
  );
  expect(await config.read()).toMatchObject({
    weights: { blue: 0, green: 100 },
    stable: "blue",
    draining: "blue",
  });
  await config.setWeights({ green: 100 }, "blue");
  await config.setWeights({ green: 100 });
  expect(await readFile(path, "utf8")).toBe(moved);
  expect((await config.read()).draining).toBeUndefined();
});

test("a track whose name others would read as true is quoted where it drains", async () => {
  const text =
    "config:\n  rollout:tracks: { on: { weight: 100 }, off: { weight: 0 } }\n  rollout:stable: off\n";
  await writeFile(path, text);
  await new StackFile(folder, "beta").setWeights({ on: 100 }, "off");
  expect(await readFile(path, "utf8")).toBe(`${text}  rollout:draining: "off"\n`);
});

test("a drain of what is no name is refused", async () => {
  await writeFile(path, `${TEXT}  rollout:stable: blue\n  rollout:draining: 1\n`);
  await expect(new StackFile(folder, "beta").read()).rejects.toThrow(
    "rollout:draining: must be the name of a track, in the stack's config",
  );
});

test("the file keeps its mode and its place behind a link, and nothing is left beside it", async () => {
  await chmod(path, 0o640);
  await symlink(path, join(folder, "Pulumi.linked.yaml"));
  await new StackFile(folder, "linked").setWeights({ green: 100 });
  expect(await new StackFile(folder, "beta").weights()).toEqual({ blue: 0, green: 100 });
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect((await readdir(folder)).sort()).toEqual(["Pulumi.beta.yaml", "Pulumi.linked.yaml"]);
});

test("what somebody else writes meanwhile is never written over", async () => {
  const edit = async (text: string) => {
    await writeFile(path, "theirs\n");
    return text.replace("90", "80");
  };
  await expect(rewrite(path, edit)).rejects.toThrow(ConfigChanged);
  expect(await readFile(path, "utf8")).toBe("theirs\n");
  expect(await readdir(folder)).toEqual(["Pulumi.beta.yaml"]);
});

test("an edit that fails leaves the file as it was", async () => {
  await expect(new StackFile(folder, "beta").setWeights({ red: 100 })).rejects.toThrow("no track red");
  expect(await readFile(path, "utf8")).toBe(TEXT);
});

test("a config that isn't there is told", async () => {
  await expect(new StackFile(folder, "prod").weights()).rejects.toThrow("the stack's config can't be read");
});

test("servers and maintenance are written too, and a key that isn't there yet is added", async () => {
  const config = new StackFile(folder, "beta");
  await config.setServers("blue", 4);
  await config.setMaintenance(true);
  await config.setMaintenance(false);
  expect(await readFile(path, "utf8")).toBe(
    `${TEXT.replace("weight: 90", "weight: 90, servers: 4")}  rollout:maintenance: false\n`,
  );
});

test("a project may keep its stacks' config in a folder of its own", async () => {
  await writeFile(join(folder, "Pulumi.yaml"), "name: rollout\nstackConfigDir: stacks\n");
  expect(new StackFile(folder, "beta").path).toBe(join(folder, "stacks", "Pulumi.beta.yaml"));
});
