import { stack } from "rollout-stack";

// The environment that the stack's config describes. Add resources of your own beside it:
//
//   const exports = new aws.s3.Bucket("exports"); // import * as aws from "@pulumi/aws";
//
// and change any of ours by its name without the stack's (`bin/rollout graph --stack NAME` lists them):
//
//   stack({ override: { database: (properties) => ({ ...properties, backupWindow: "03:00-03:30" }) } })
//
// The outputs are what `bin/rollout` reads: export all of them, and yours.
export default { ...stack() };
