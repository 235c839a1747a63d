import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FlagsError, parseFlags } from "../../infra/flags/parse.ts";
import type { Flag } from "../../infra/flags/schema.ts";
import { entry } from "../../infra/sure.ts";
import { edited, removed } from "../config/edit.ts";
import { rewrite } from "../config/stack-file.ts";
import { UserError } from "../errors.ts";

/** What `flags set` can change of a flag. */
export type FlagChange = Partial<
  Pick<Flag, "enabled" | "tenants" | "groups" | "percent" | "importance" | "until" | "owner">
>;

/** A stack's flags.<stack>.yaml. */
export class FlagsFile {
  readonly name: string;
  readonly path: string;

  constructor(projectDir: string, stack: string) {
    this.name = `flags.${stack}.yaml`;
    this.path = join(projectDir, this.name);
  }

  /** @throws {UserError} with every mistake in it */
  read(): Map<string, Flag> {
    try {
      return this.#checked(readFileSync(this.path, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new UserError(`${this.name} is missing: a stack without flags has one that says "flags: {}"`);
    }
  }

  /**
   * Writes some values of a flag, every other byte as it was. Nothing is written that couldn't be deployed.
   *
   * @param without the keys that it is to have no more
   * @returns the flag as it is now
   * @throws {UserError} when there is no such flag, or a value isn't one
   * @throws {ConfigChanged} when somebody else wrote the file meanwhile
   */
  async set(key: string, change: FlagChange, without: readonly (keyof FlagChange)[] = []): Promise<Flag> {
    const known = this.read();
    if (!known.has(key)) {
      throw new UserError(
        `${this.name} has no flag ${key}; it has ${[...known.keys()].join(", ") || "none"}`,
      );
    }
    const edits = Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => ({ path: [key, field], value }));
    await rewrite(this.path, (text) => {
      const paths = without.map((field) => ["flags", key, field]);
      const after = removed(edited(text, edits, this.name, ["flags"]), paths, this.name);
      this.#checked(after);
      return after;
    });
    return entry(this.read(), key);
  }

  #checked(text: string): Map<string, Flag> {
    try {
      return parseFlags(this.name, text);
    } catch (error) {
      throw error instanceof FlagsError ? new UserError(error.message) : error;
    }
  }
}
