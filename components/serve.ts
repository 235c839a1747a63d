import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { PACKAGE_FOLDER } from "../infra/package-folder.ts";
import * as components from "./index.ts";
import { providerOf } from "./provider.ts";

/** Answers Pulumi's engine until it has no more to ask. */
export function serve(): Promise<void> {
  const { version } = read("package.json");
  return pulumi.provider.main(
    providerOf(version, read("components/rollout.schema.json"), components),
    process.argv.slice(2),
  );
}

function read(file: string) {
  return JSON.parse(readFileSync(join(PACKAGE_FOLDER, file), "utf8"));
}
