import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { type BuildFile, buildContext, contextDigest } from "../../../infra/servers/build-context.ts";
import { stageContext } from "../../../infra/servers/staged-context.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "rollout-context-"));
  folder = path.join(root, "app");
  put("Dockerfile", "FROM scratch\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, content = "x"): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}
const names = () =>
  buildContext(folder)
    .map(({ path: name }) => name)
    .toSorted();
const digest = () => contextDigest(buildContext(folder));
const git = (...args: string[]) => execFileSync("git", args, { cwd: root, stdio: "ignore" });

describe("what the builder gets", () => {
  it("is what Docker would send: hidden files too, and nothing that .dockerignore leaves out", () => {
    for (const name of [".babelrc", "main.py", "docs/a.md", "docs/keep.md", "lib/x.tmp"]) put(name);
    put(".dockerignore", "# not for the image\ndocs\n!docs/keep.md\n**/*.tmp\n");
    expect(names()).toEqual([".babelrc", ".dockerignore", "Dockerfile", "docs/keep.md", "main.py"]);
  });

  it("has the Dockerfile and .dockerignore though they leave out everything", () => {
    put(".dockerignore", "*");
    put("main.py");
    expect(names()).toEqual([".dockerignore", "Dockerfile"]);
  });

  it("is without what git ignores, of the folder or of the project, but for what .dockerignore names", () => {
    git("init", "--quiet");
    writeFileSync(path.join(root, ".gitignore"), "*.sqlite\n");
    put(".gitignore", "dist/\nuploads/\n");
    for (const name of ["a.sqlite", "dist/app.js", "uploads/x", "main.py", "new.py"]) put(name);
    git("add", "app/main.py");
    expect(names()).toEqual([".gitignore", "Dockerfile", "main.py", "new.py"]);
    put(".dockerignore", "!dist\n.gitignore\n");
    expect(names()).toEqual([".dockerignore", "Dockerfile", "dist/app.js", "main.py", "new.py"]);
  });

  it("is without what installs and runs leave behind, also where there is no git", () => {
    for (const name of ["node_modules/x/index.js", "lib/node_modules/y.js", "__pycache__/a.pyc", "a.py"])
      put(name);
    expect(names()).toEqual(["Dockerfile", "a.py"]);
  });

  it("is all of a copy that stands in a folder that git ignores", () => {
    git("init", "--quiet");
    writeFileSync(path.join(root, ".gitignore"), "app/\n");
    put("main.py");
    expect(names()).toEqual(["Dockerfile", "main.py"]);
  });
});

describe("its digest", () => {
  it("changes with a file's content, its name, whether it can be run and where a link leads", () => {
    put("run.sh");
    const seen = [digest()];
    const step = (change: () => void) => {
      change();
      seen.push(digest());
    };
    step(() => put("run.sh", "y"));
    step(() => put("walk.sh", "y"));
    step(() => chmodSync(path.join(folder, "run.sh"), 0o755));
    step(() => symlinkSync("run.sh", path.join(folder, "link")));
    step(() => {
      rmSync(path.join(folder, "link"));
      symlinkSync("walk.sh", path.join(folder, "link"));
    });
    expect(new Set(seen).size).toBe(6);
  });

  it("is the same for another umask, another clone and another owner of the files", () => {
    put("run.sh");
    const first = digest();
    for (const mode of [0o600, 0o664, 0o666]) {
      chmodSync(path.join(folder, "run.sh"), mode);
      expect(digest()).toBe(first);
    }
  });

  it("doesn't depend on the order of files", () => {
    const kind = fc.constantFrom<BuildFile["kind"]>("file", "executable", "link");
    const file = fc.record({ path: fc.string({ minLength: 1 }), kind, content: fc.uint8Array() });
    const files = fc.uniqueArray(file, { selector: ({ path }) => path });
    fc.assert(fc.property(files, (some) => contextDigest(some) === contextDigest(some.toReversed())));
  });
});

describe("the folder that the provider hashes", () => {
  const staged = () => {
    const stage = path.join(root, ".cache", digest());
    stageContext(buildContext(folder), { folder: "app", stage });
    return stage;
  };

  it("has the same files, the modes of a fresh clone, and links as they are", () => {
    for (const name of ["main.py", "bin/run.sh"]) put(name);
    chmodSync(path.join(folder, "bin/run.sh"), 0o700);
    chmodSync(path.join(folder, "main.py"), 0o600);
    symlinkSync("../main.py", path.join(folder, "bin/main.py"));
    const stage = staged();
    const mode = (name: string) => lstatSync(path.join(stage, name)).mode & 0o777;
    expect([mode("main.py"), mode("bin/run.sh")]).toEqual([0o644, 0o755]);
    expect(readlinkSync(path.join(stage, "bin/main.py"))).toBe("../main.py");
    expect(contextDigest(buildContext(stage))).toBe(digest());
    expect(staged()).toBe(stage);
  });

  test.each(["/etc/passwd", "../secret", "missing", "node_modules"])("is refused with a link to %s", (to) => {
    put("node_modules/x");
    writeFileSync(path.join(root, "secret"), "x");
    symlinkSync(to, path.join(folder, "link"));
    expect(staged).toThrow(`app/link: leads to ${to}, which isn't among the files of the build`);
  });
});
