// Pulumi's engine starts this, having told Node to compile TypeScript by ts-node wherever it is required. In the repository Node
// runs the sources by itself, if they are imported; where the package is installed there is JavaScript.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const source = join(__dirname, "serve.ts");
const built = join(__dirname, "../dist/components/serve.js");

module.exports = async () => {
  const { serve } = await import(existsSync(source) ? source : built);
  await serve();
};
