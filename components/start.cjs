// Pulumi's engine starts this, having told Node to compile TypeScript by ts-node wherever it is required. In the repository Node
// runs the sources by itself, if they are imported; where the package is installed there is JavaScript.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const inRepository = existsSync(join(__dirname, "serve.ts"));
const folder = join(__dirname, inRepository ? ".." : "../dist");
const { oldNode } = require(join(folder, "infra/loading/old-node.cjs"));

module.exports = async () => {
  const old = oldNode();
  if (old) {
    process.stderr.write(`${old}\n`);
    process.exit(1);
  }
  const { serve } = await import(join(folder, "components", inRepository ? "serve.ts" : "serve.js"));
  await serve();
};
