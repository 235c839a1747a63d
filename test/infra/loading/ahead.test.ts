import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../support/sample.ts";

const AHEAD = "./infra/loading/ahead.js";

function node(program: string, ...flags: string[]) {
  return spawnSync(process.execPath, [...flags, "--import", AHEAD, "-e", program], {
    cwd: ROOT,
    encoding: "utf8",
  });
}

describe("what Pulumi's engine loads before the program", () => {
  test("is what the project names", () => {
    const { runtime } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));
    expect(runtime.options).toEqual({ typescript: false, nodeargs: `--import ${AHEAD}` });
  });

  test("leaves out the compiler, npm and the maps of call stacks, until somebody wants them", () => {
    const { stdout, stderr } = node(`
      require("source-map-support/register");
      require("@pulumi/pulumi");
      const maps = Object.keys(require.cache).filter((file) => file.endsWith("source-map-support.js"));
      const { getHeapStatistics } = require("node:v8");
      const heap = () => getHeapStatistics().used_heap_size;
      const before = heap();
      const wanted = typeof require("typescript").transpileModule;
      console.log(JSON.stringify({ maps, wanted, grown: heap() - before }));
    `);
    expect(stderr).toBe("");
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ maps: [], wanted: "function" });
    expect(told.grown).toBeGreaterThan(10 * 2 ** 20);
  });

  test("keeps Pulumi's look for promises that nobody ended: with one left the update fails", () => {
    const { status, stderr } = node(`
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable.js");
      debuggablePromise(new Promise(() => {}), "the test's");
    `);
    expect(status).toBe(1);
    expect(stderr).toContain("1 promise was still active");
  });

  test("says in a sentence that Node is too old", () => {
    const old = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})";
    const { status, stderr } = node("", "--import", old);
    expect(status).toBe(1);
    expect(stderr).toBe(
      "Pulumi found Node 20.20.2 first on the PATH; the program needs 22.18 or later. `npx pulumi` finds the project's own.\n",
    );
  });
});
