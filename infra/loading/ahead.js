// Pulumi's engine loads this before the program (Pulumi.yaml, `nodeargs`). JavaScript, so that a Node which is too old for
// TypeScript says so in a sentence.
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Pulumi found Node ${process.versions.node} first on the PATH; the program needs 22.18 or later. ` +
      "`npx pulumi` finds the project's own.\n",
  );
  process.exit(1);
}
// V8's compiled code is kept between runs, with that of the capture (rollout/graph/capture.ts).
const { CACHE_FOLDER } = await import("../package-folder.ts");
module.enableCompileCache(process.env.NODE_COMPILE_CACHE ?? CACHE_FOLDER);
const { deferSeldomNeeded } = await import("./deferred.ts");
deferSeldomNeeded();
