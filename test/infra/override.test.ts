import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { ROOT, SAMPLE } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A team's project, whose program is this text. */
function projectWith(program: string): string {
  const folder = temporaryFolder("override-");
  for (const file of ["Pulumi.yaml", "Pulumi.beta.yaml", "flags.beta.yaml"]) {
    copyFileSync(join(SAMPLE, file), join(folder, file));
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "infra/index.ts" }');
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  symlinkSync(join(ROOT, "app"), join(folder, "app"));
  mkdirSync(join(folder, "infra"));
  writeFileSync(join(folder, "infra/index.ts"), program);
  return folder;
}

const IMPORTS = `import * as aws from "@pulumi/aws";\nimport { stack } from "${ROOT}/infra/stack.ts";\n`;

test("a team's program adds resources of its own, and overrides ours by name", async () => {
  const projectDir = projectWith(
    `${IMPORTS}
    const before = new aws.sqs.Queue("database", { delaySeconds: 1 });
    const outputs = stack({ override: { database: (all) => ({ ...all, delaySeconds: 2, backupWindow: "03:00-03:30" }) } });
    const after = new aws.sqs.Queue("beta-database", { delaySeconds: 1 });
    export default { ...outputs, before: before.url, after: after.url };`,
  );
  const { resources, outputs } = await captureGraph({ projectDir, stack: "beta" });
  const of = (type: string) => resources.filter((each) => each.type === type);
  expect(of("aws:rds/instance:Instance").map(({ inputs }) => inputs.backupWindow)).toEqual(["03:00-03:30"]);
  // What is the team's own is as it says.
  expect(of("aws:sqs/queue:Queue").map(({ inputs }) => inputs.delaySeconds)).toEqual([1, 1]);
  expect(outputs).toHaveProperty("before");
  expect(outputs).toHaveProperty("weights");
});

test("an override of what isn't there is refused, with what is", async () => {
  const projectDir = projectWith(
    `${IMPORTS} export default stack({ override: { databse: (all) => all, alb: (all) => all } });`,
  );
  await expect(captureGraph({ projectDir, stack: "beta" })).rejects.toThrow(
    /^infra\/index.ts overrides "databse", which no resource is called\. There are: .*\bdatabase\b/,
  );
});
