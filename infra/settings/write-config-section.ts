import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withConfigSection } from "./document.ts";

// `npm run docs:config`: writes the schema's description into Pulumi.yaml.
const file = join(import.meta.dirname, "..", "..", "Pulumi.yaml");
writeFileSync(file, withConfigSection(readFileSync(file, "utf8")));
