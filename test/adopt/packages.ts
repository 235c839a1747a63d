import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/sample.ts";

/** `npm pack` of this repository, into a folder. @returns the file */
export function packed(folder: string): string {
  run("npm", ["pack", "--silent", "--pack-destination", folder], ROOT);
  const name = readdirSync(folder).find((each) => each.endsWith(".tgz"));
  if (!name) throw new Error("npm pack made no file");
  return join(folder, name);
}

/** The package's files, unpacked at a path. */
export function unpacked(file: string, folder: string): void {
  const beside = `${folder}.unpacking`;
  mkdirSync(beside);
  run("tar", ["xzf", file, "-C", beside], beside);
  renameSync(join(beside, "package"), folder);
  rmSync(beside, { recursive: true });
}

/** The next minor version of a packed package: in it the stack's database is backed up at another hour. */
export function nextVersion(file: string, folder: string): string {
  const place = join(folder, "next");
  unpacked(file, place);
  edit(join(place, "package.json"), '"version": "0.1.0"', '"version": "0.2.0"');
  edit(join(place, "dist/infra/data/database.js"), CHANGED.from, CHANGED.to);
  run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], place);
  return file.replace("0.1.0", "0.2.0");
}

/** In place, as a minor version may. */
export const CHANGED = { from: 'backupWindow: "01:30-02:00"', to: 'backupWindow: "02:00-02:30"' };

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} doesn't say ${from}`);
  writeFileSync(file, text.replace(from, to));
}

function run(command: string, words: string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${status}\n${stdout}${stderr}`);
}
