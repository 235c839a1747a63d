import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configPage } from "./config-page.ts";
import { EDITOR_SCHEMA, editorSchemaText } from "./editor-schema.ts";

// `npm run docs:config`: writes what the schema says of itself, for people and for their editors.
const project = join(import.meta.dirname, "../../..");
writeFileSync(join(project, "docs/config.md"), configPage());
writeFileSync(join(project, EDITOR_SCHEMA), editorSchemaText());
