import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A resource type as CloudFormation's registry describes it (CloudFormation CLI User Guide, "Resource type schema"). */
export interface Schema {
  readOnlyProperties?: string[];
  handlers?: Record<string, { permissions: string[] }>;
}

/** What cfn-lint brings along, which moto's server needs (bin/install-moto). */
const [FOLDER = ""] = globSync(
  join(import.meta.dirname, "../../.cache/moto/lib/python3*/site-packages/cfnlint/data/schemas"),
);
const INDEX = join(FOLDER, "providers/us-east-1.json");
const index: Record<string, string> = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, "utf8")) : {};

/** @param type such as `AWS::RDS::DBInstance` */
export function schemaOf(type: string | undefined): Schema | undefined {
  const file = type && index[type];
  return file ? JSON.parse(readFileSync(join(FOLDER, `resources/${file}.json`), "utf8")) : undefined;
}
