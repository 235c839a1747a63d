import { rmSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { writeAtomically } from "../files.ts";
import { stored } from "./stored.ts";

/**
 * What a command has begun and isn't done with, in a file of the stack's folder: the next one goes on with it.
 *
 * @param wayOut for who finds it damaged
 */
export function recordFile<T>(
  { folder }: { folder: string },
  name: string,
  schema: z.ZodType<T>,
  wayOut: string,
) {
  const file = join(folder, name);
  return {
    write(record: T): void {
      writeAtomically(file, JSON.stringify(record, null, 2), 0o600);
    },
    /** @throws {Damaged} */
    read(): T | undefined {
      return stored(file, schema, wayOut);
    },
    remove(): void {
      rmSync(file, { force: true });
    },
  };
}
