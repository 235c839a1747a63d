import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CACHE_FOLDER } from "../../../infra/package-folder.ts";

/** What AWS's specification says of one resource type: for each property whether a change replaces the resource. */
export type Properties = Record<string, "yes" | "maybe" | "no">;

/** By CloudFormation type, such as `AWS::RDS::DBInstance`. */
export type Specification = Record<string, Properties>;

let loaded: Specification | undefined;

/**
 * AWS's resource specifications, as the npm package @aws-cdk/aws-service-spec carries them. The whole takes about a
 * second to unpack, so what we need of it is kept in a file beside other caches, one for each version of the package.
 */
export function specification(): Specification {
  loaded ??= fromCache() ?? unpacked();
  return loaded;
}

const require = createRequire(import.meta.url);

function cacheFile(): string {
  const { version } = require("@aws-cdk/aws-service-spec/package.json");
  return join(CACHE_FOLDER, `replacement-${version}.json`);
}

function fromCache(): Specification | undefined {
  try {
    return JSON.parse(readFileSync(cacheFile(), "utf8"));
  } catch {
    return undefined;
  }
}

function unpacked(): Specification {
  const { loadAwsServiceSpecSync } = require("@aws-cdk/aws-service-spec");
  const types: Specification = {};
  for (const { cloudFormationType, properties } of loadAwsServiceSpecSync().all("resource")) {
    types[cloudFormationType] = Object.fromEntries(
      Object.entries(properties as Record<string, { causesReplacement?: "yes" | "maybe" | "no" }>).map(
        ([name, { causesReplacement = "no" }]) => [name, causesReplacement],
      ),
    );
  }
  keep(types);
  return types;
}

/** Written whole or not at all: two previews may run at once. A folder that can't be written costs a second next time. */
function keep(types: Specification): void {
  try {
    mkdirSync(CACHE_FOLDER, { recursive: true });
    const draft = `${cacheFile()}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(types));
    renameSync(draft, cacheFile());
  } catch {}
}
