import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configPage } from "./document.ts";

// `npm run docs:config`: writes what the schema says of itself into docs/config.md.
writeFileSync(join(import.meta.dirname, "..", "..", "docs", "config.md"), configPage());
