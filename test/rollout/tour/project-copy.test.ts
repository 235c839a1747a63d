import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { copyProject } from "../../../rollout/tour/project-copy.ts";

const config = `# The beta stack.
config:
  rollout:tracks: # the weights
    blue: { weight: 90, servers: 1 }
    green: { weight: 10 }
`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-test-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: rollout\n");
  writeFileSync(join(folder, "Pulumi.beta.yaml"), config);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a copy's weights change and the original stays as it is", () => {
  const copy = copyProject(folder, "beta");
  copy.setWeights({ blue: 75, green: 25 });
  const changed = readFileSync(join(copy.folder, "Pulumi.beta.yaml"), "utf8");
  const tracks = { blue: { weight: 75, servers: 1 }, green: { weight: 25 } };
  expect(parse(changed)).toEqual({ config: { "rollout:tracks": tracks } });
  expect(readFileSync(join(folder, "Pulumi.beta.yaml"), "utf8")).toBe(config);
  expect(readFileSync(join(copy.folder, "Pulumi.yaml"), "utf8")).toBe("name: rollout\n");
  copy.remove();
  expect(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).toBe("name: rollout\n");
});

test("a stack or a track that isn't there is refused", () => {
  expect(() => copyProject(folder, "gamma")).toThrow('no stack "gamma": there is no Pulumi.gamma.yaml');
  const copy = copyProject(folder, "beta");
  expect(() => copy.setWeights({ red: 100 })).toThrow(
    "Pulumi.beta.yaml: config.rollout:tracks.red is not a map",
  );
  copy.remove();
});
