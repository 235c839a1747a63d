import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualStack } from "../../../rollout/tour/usual-stack.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A project's folder with these stacks. */
function projectOf(...stacks: string[]): string {
  const folder = temporaryFolder("usual-");
  for (const stack of stacks) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
  return folder;
}

test.each([
  [["beta", "prod"], "beta"],
  [["live"], "live"],
  [[], "beta"],
])("of %j it is %s", (stacks, usual) => expect(usualStack(projectOf(...stacks))).toBe(usual));

test("none is guessed of several", () =>
  expect(() => usualStack(projectOf("staging", "live"))).toThrow(
    "which stack? bin/rehearse STACK, one of live, staging",
  ));
