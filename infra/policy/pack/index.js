// JavaScript, because Pulumi starts a policy pack by `require` with a TypeScript loader of its own, which knows CommonJS
// only. From here on Node loads the modules.
import "./pack.ts";
