import { join } from "node:path";
import { parse } from "yaml";
import { upTo } from "../../../infra/sure.ts";
import { type Finding, fail, pass, unknown } from "../../check/finding.ts";
import { pulumiHome, type Workplace } from "../machine.ts";
import type { Patient } from "../row.ts";
import { NO_STACK } from "./aws.ts";

const LOGIN = "npx pulumi login s3://YOUR-STATE-BUCKET";

/** Where Pulumi keeps the state of stacks. */
export function lookAtState({ machine }: Patient): Finding {
  const backend = backendOf(machine);
  if (backend === undefined) return fail("Pulumi isn't logged in to any", LOGIN);
  const shown = withoutSecrets(backend);
  if (backend.startsWith("file:"))
    return pass(`${shown}: on this machine alone; a team keeps it in S3 or Pulumi Cloud`);
  if (isCloud(backend) && !hasToken(machine, backend))
    return fail(`${shown}, and there is no token for it`, "npx pulumi login");
  return pass(shown);
}

/** What opens the stack's secrets. */
export function lookAtSecrets({ machine, stack }: Patient): Finding {
  if (stack === undefined) return NO_STACK;
  const file = fieldsOf(machine, `Pulumi.${stack}.yaml`);
  const provider = file.secretsprovider;
  if (provider && provider !== "passphrase") return pass(`${withoutSecrets(provider)}, by its credentials`);
  const backend = backendOf(machine);
  if (!file.encryptionsalt && backend !== undefined && isCloud(backend))
    return pass("Pulumi Cloud keeps them");
  const { PULUMI_CONFIG_PASSPHRASE: said, PULUMI_CONFIG_PASSPHRASE_FILE: path } = machine.env;
  if (path !== undefined && machine.read(path) === undefined)
    return fail(
      `PULUMI_CONFIG_PASSPHRASE_FILE is ${path}, which can't be read`,
      "export PULUMI_CONFIG_PASSPHRASE_FILE=PATH",
    );
  if (said !== undefined || path !== undefined) return pass("a passphrase is set");
  if (file.encryptionsalt)
    return fail("they are under a passphrase, and none is set", "export PULUMI_CONFIG_PASSPHRASE_FILE=PATH");
  return unknown(
    "nothing says yet how they are encrypted",
    `npx pulumi stack init ${stack} --secrets-provider="awskms://alias/pulumi?region=REGION"`,
  );
}

/** In Pulumi's own order: the environment, the project, the last login (Pulumi docs, "State and backends"). */
function backendOf(machine: Workplace): string | undefined {
  const { PULUMI_BACKEND_URL: said, PULUMI_ACCESS_TOKEN: token } = machine.env;
  const { current } = credentialsOf(machine);
  return (
    said ||
    fieldsOf(machine, "Pulumi.yaml").backend?.url ||
    current ||
    (token ? "https://api.pulumi.com" : undefined)
  );
}

interface Fields {
  backend?: { url?: string };
  secretsprovider?: string;
  encryptionsalt?: string;
}

/** Of one of the project's files. What isn't YAML is told by others. */
function fieldsOf(machine: Workplace, name: string): Fields {
  return readAs(machine, join(machine.folder, name), parse);
}

function credentialsOf(machine: Workplace): { current?: string; accessTokens?: Record<string, string> } {
  return readAs(machine, join(pulumiHome(machine), "credentials.json"), JSON.parse);
}

/** Nothing of an error is shown: a parser quotes what it can't read, and that may be a token. */
function readAs(machine: Workplace, path: string, read: (text: string) => object | null): object {
  try {
    return read(machine.read(path) ?? "") ?? {};
  } catch {
    return {};
  }
}

function isCloud(backend: string): boolean {
  return /^https?:/.test(backend);
}

function hasToken(machine: Workplace, backend: string): boolean {
  return Boolean(machine.env.PULUMI_ACCESS_TOKEN || credentialsOf(machine).accessTokens?.[backend]);
}

/** Neither who logs in nor what follows the path. */
function withoutSecrets(url: string): string {
  return upTo(url, /[?#]/).replace(/\/\/[^/@]*@/, "//");
}
