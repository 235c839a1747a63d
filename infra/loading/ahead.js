// Pulumi's engine loads this before the program (Pulumi.yaml, `nodeargs`). JavaScript, so that a Node which is too old for
// TypeScript says so in a sentence.
import module from "node:module";
import { oldNode } from "./old-node.cjs";

const old = oldNode();
if (old) {
  process.stderr.write(`${old} \`npx pulumi\` finds the project's own.\n`);
  process.exit(1);
}
// V8's compiled code is kept between runs, with that of the capture (rollout/graph/capture.ts).
const { CACHE_FOLDER } = await import("../package-folder.ts");
module.enableCompileCache(process.env.NODE_COMPILE_CACHE ?? CACHE_FOLDER);
const { deferSeldomNeeded } = await import("./deferred.ts");
deferSeldomNeeded();
