import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  aliasIn,
  checkOutside,
  isPlain,
  makeOutside,
  outsidesOf,
  removeOutside,
} from "../../../rollout/platforms/rehearsal/machine/disk/outside.ts";
import { makePrivateFolder, writeOwned } from "../../../rollout/platforms/rehearsal/machine/disk/owned.ts";
import { databaseUser } from "../../../rollout/platforms/rehearsal/machine/postgres-user.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "outside-test-"));
  folders.push(folder);
  return folder;
}

describe("the folder outside", () => {
  const made = (stackFolder: string) => {
    const outside = makeOutside(stackFolder);
    folders.push(outside);
    return outside;
  };

  it("has another name each time, and is open to its owner alone", () => {
    const stackFolder = temporary();
    const [one, two] = [made(stackFolder), made(stackFolder)];
    expect(one).not.toBe(two);
    expect(basename(one!)).toMatch(/^rollout-[0-9a-f]{12}-\w{6}$/);
    expect(lstatSync(one!).mode & 0o777).toBe(0o711);
    expect(readlinkSync(aliasIn(one!))).toBe(stackFolder);
    expect(outsidesOf(stackFolder).sort()).toEqual([one, two].sort());
    removeOutside(one!);
    expect(outsidesOf(stackFolder)).toEqual([two]);
    expect(existsSync(stackFolder)).toBe(true);
  });

  it("that the system has tidied away comes back under its name", () => {
    const stackFolder = temporary();
    const outside = made(stackFolder);
    rmSync(outside, { recursive: true });
    checkOutside(outside, stackFolder);
    expect(readlinkSync(aliasIn(outside))).toBe(stackFolder);
  });

  it.each<[string, (outside: string) => void]>([
    ["a link", (outside) => symlinkSync(temporary(), outside)],
    ["a file", (outside) => writeFileSync(outside, "")],
    [
      "a folder that all may write to",
      (outside) => {
        mkdirSync(outside);
        chmodSync(outside, 0o777);
      },
    ],
    [
      "a folder that leads elsewhere",
      (outside) => {
        mkdirSync(outside, { mode: 0o711 });
        symlinkSync("/etc", aliasIn(outside));
      },
    ],
    ["a folder without the way to the stack's", (outside) => mkdirSync(outside, { mode: 0o711 })],
  ])("isn't used, followed or removed when %s is in its place", (_, put) => {
    const stackFolder = temporary();
    const outside = made(stackFolder);
    rmSync(outside, { recursive: true });
    put(outside);
    expect(() => checkOutside(outside, stackFolder)).toThrow("isn't the folder that the rehearsal made");
  });

  it.runIf(process.getuid?.() === 0)("isn't used or removed when it is somebody else's", () => {
    const stackFolder = temporary();
    const outside = made(stackFolder);
    const { uid, gid } = databaseUser()!;
    chownSync(outside, uid, gid);
    expect(() => checkOutside(outside, stackFolder)).toThrow("it is somebody else's");
    removeOutside(outside);
    expect(existsSync(outside)).toBe(true);
    expect(outsidesOf(stackFolder)).toEqual([]);
  });
});

describe("what root makes for the database's user", () => {
  const owner = databaseUser();

  it("is a folder that only that user may enter", () => {
    const folder = join(temporary(), "a", "b");
    makePrivateFolder(folder, owner);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(folder).uid).toBe(owner?.uid ?? process.getuid?.());
  });

  it.runIf(owner)("is never what a link leads to", () => {
    const folder = temporary();
    const victim = join(folder, "victim");
    mkdirSync(victim);
    symlinkSync(victim, join(folder, "data"));
    expect(() => makePrivateFolder(join(folder, "data"), owner)).toThrow(
      "isn't a folder of the rehearsal's own",
    );
    expect(statSync(victim).uid).toBe(0);
  });

  it.runIf(owner)("is never another user's folder", () => {
    const folder = join(temporary(), "data");
    mkdirSync(folder);
    chownSync(folder, owner!.uid + 1, owner!.gid);
    expect(() => makePrivateFolder(folder, owner)).toThrow("isn't a folder of the rehearsal's own");
    expect(statSync(folder).uid).toBe(owner!.uid + 1);
  });

  it.runIf(owner)("is a file that is written with that user's rights, through no link", () => {
    const folder = temporary();
    chmodSync(folder, 0o711);
    const data = join(folder, "data");
    makePrivateFolder(data, owner);
    const victim = join(folder, "victim");
    writeFileSync(victim, "before", { mode: 0o600 });
    symlinkSync(victim, join(data, "postgresql.conf"));
    lchownSync(join(data, "postgresql.conf"), owner!.uid, owner!.gid);
    writeOwned(join(data, "postgresql.conf"), "port = 1\n", owner);
    expect(readFileSync(victim, "utf8")).toBe("before");
    const written = lstatSync(join(data, "postgresql.conf"));
    expect([written.isFile(), written.uid, written.mode & 0o777]).toEqual([true, owner!.uid, 0o600]);
    // Not even the folder helps who put a link in its place.
    rmSync(data, { recursive: true });
    symlinkSync(dirname(victim), data);
    expect(() => writeOwned(join(data, "other"), "x", owner)).toThrow("can't be written");
  });
});

it.each(["/home/ann/shop/.rehearsal/beta", "/a_b/c-d/e.f/g@h+i=j~"])(
  "%s is a name for every server",
  (path) => {
    expect(isPlain(path)).toBe(true);
  },
);
it.each([" ", "'", '"', "$", "%", "#", "\\", ",", ";", ":", "{", "&", "é", "*", "[", "\n", "x".repeat(80)])(
  "a path with %j is told to the servers by another name",
  (part) => {
    expect(isPlain(`/home/${part}`)).toBe(false);
  },
);
