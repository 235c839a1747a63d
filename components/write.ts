import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaText } from "./schema.ts";

// `npm run components:schema`: after a change of a component's arguments, outputs or docstrings.
writeFileSync(join(import.meta.dirname, "rollout.schema.json"), await schemaText());
