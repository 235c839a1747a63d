import { join } from "node:path";
import { type Finding, fail, pass, unknown } from "../../check/finding.ts";
import { newestBrought } from "../../platforms/aws/pulumi/command.ts";
import { pulumiHome, type Workplace } from "../machine.ts";
import type { Patient } from "../row.ts";
import { isOlder } from "../version.ts";

/** The CLI, beside the SDK that package.json has pinned: the engine should not be older than the program's SDK. */
export async function lookAtPulumi({ machine }: Patient): Promise<Finding> {
  const version = await cliVersion(machine);
  if (version === undefined)
    return fail("neither on the PATH nor brought by `npx pulumi`", "npx pulumi version");
  const pin = sdkOf(machine);
  if (pin === undefined) return unknown(`${version}; package.json pins no @pulumi/pulumi`, "npm ci");
  const newer = `curl -fsSL https://get.pulumi.com | sh -s -- --version ${pin}`;
  if (version.split(".")[0] !== pin.split(".")[0])
    return fail(`${version} is of another major version than package.json's @pulumi/pulumi ${pin}`, newer);
  if (isOlder(version, pin))
    return unknown(`${version} is older than package.json's @pulumi/pulumi ${pin}; most of it works`, newer);
  return pass(`${version}, package.json's @pulumi/pulumi is ${pin}`);
}

async function cliVersion(machine: Workplace): Promise<string | undefined> {
  const told = await machine.run("pulumi", ["version"]);
  const found = /^v?(\d+\.\d+\.\d+\S*)/m.exec(told?.said ?? "")?.[1];
  if (told?.code === 0 && found) return found;
  return newestBrought(join(pulumiHome(machine), "versions"))
    ?.split("/")
    .at(-1);
}

function sdkOf(machine: Workplace): string | undefined {
  const text = machine.read(join(machine.folder, "package.json"));
  const { dependencies = {} } = JSON.parse(text ?? "{}") as { dependencies?: Record<string, string> };
  return /^[~^=]?(\d+\.\d+\.\d+)/.exec(dependencies["@pulumi/pulumi"] ?? "")?.[1];
}
