import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../support/sample.ts";

// What a person types first, in a clone without packages, on a machine whose Node is too old.

const SYSTEM = "/usr/bin:/bin";
let clone: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "fresh-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  clone = join(folder, "a clone");
  cpSync(join(ROOT, "bin"), join(clone, "bin"), { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(ROOT, name), join(clone, name));
  program("rollout/main.ts", "console.log('on', process.argv0)");
});

function program(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
  chmodSync(join(clone, path), 0o755);
}

function typed(command: string, path: string[], env: NodeJS.ProcessEnv = {}) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(join(clone, command), ["--version"], {
    env: { PATH: [...path, SYSTEM].join(":"), HOME: clone, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr, seconds: (performance.now() - began) / 1000 };
}

test("bin/rollout installs the packages, and runs on the Node that they bring", () => {
  program(
    "path/npm",
    `#!/bin/sh\nmkdir -p node_modules/.bin && cp new node_modules/.bin/node && echo >node_modules/.package-lock.json`,
  );
  program("path/node", "#!/bin/sh\necho 20.20.2");
  program("new", "#!/bin/sh\necho the new Node runs $1");
  const { status, stdout, stderr } = typed("bin/rollout", [join(clone, "path")]);
  expect(stderr).toBe("Installing the npm packages (npm ci)\n");
  expect(stdout).toBe(`the new Node runs ${join(clone, "rollout/main.ts")}\n`);
  expect(status).toBe(0);
  expect(typed("bin/rollout", [join(clone, "path")]).stderr).toBe("");
});

test.each([
  ["20.20.2", 1],
  ["22.17.9", 1],
  ["22.9.0", 1],
  ["22.18.0", 0],
  ["22.20.1", 0],
  ["24.0.0", 0],
])("on the PATH's Node %s it ends with %i", (version, code) => {
  program("path/node", `#!/bin/sh\n[ "$1" = -p ] && echo ${version} || true`);
  program("node_modules/.package-lock.json", "{}");
  const { status, stderr } = typed("bin/rollout", [join(clone, "path")]);
  expect(status).toBe(code);
  if (code === 1)
    expect(stderr).toMatch(new RegExp(`^This needs Node 22\\.18 or later, .* has ${version}\\..*\n$`));
});

// The real npm, and nobody at the registry's address.
test("without a network it is one sentence, soon", () => {
  const { status, stderr, seconds } = typed(
    "bin/install-packages",
    [dirname(realNpm()), dirname(process.execPath)],
    {
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: join(clone, "cache"),
    },
  );
  expect(stderr).toMatch(
    /^Installing the npm packages \(npm ci\)\nnpm can't reach its registry \(ECONNREFUSED\)\. .*\n$/,
  );
  expect(status).toBe(1);
  // It was over a minute; npm itself takes some seconds.
  expect(seconds).toBeLessThan(30);
});

function realNpm(): string {
  return spawnSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).stdout.trim();
}
