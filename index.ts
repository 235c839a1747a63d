// Where Pulumi begins: beside the `exports` of package.json it doesn't look at `main`.
export { default } from "./infra/index.ts";
