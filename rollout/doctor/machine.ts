import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { QuotaFacts } from "../check/checks/quotas.ts";
import { type Searched, searchPrograms } from "../platforms/rehearsal/machine/find.ts";

/** What the doctor looks at: a machine, its network, and what AWS says of an account. Tests have another. */
export interface Workplace {
  /** The folder of Pulumi.yaml. */
  folder: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Such as `24.21.0`. */
  node: string;
  /** The user's own folder. */
  home: string;
  /** The text of a file; undefined: it can't be read. */
  read(path: string): string | undefined;
  /** Runs a program to its end. Undefined: there is no such program. */
  run(program: string, words: readonly string[]): Promise<Ended | undefined>;
  servers(major: string | undefined): Searched[];
  /** @throws {NodeJS.ErrnoException} as c-ares says it (`ENOTFOUND`, `ETIMEOUT` ...) */
  nameServers(zone: string): Promise<string[]>;
  /** Whether the SDK's chain of providers has credentials. @throws {Error} as the SDK says it */
  credentials(region: string): Promise<{ ends: Date | undefined }>;
  /** @throws {Error} as the SDK says it */
  quotas(stack: string, region: string): Promise<QuotaFacts[]>;
}

export interface Ended {
  code: number;
  /** What it printed, stdout and stderr. */
  said: string;
}

const WITHIN_MS = 4_000;

/** The machine that this runs on. */
export function thisMachine(folder: string): Workplace {
  return {
    folder,
    env: process.env,
    platform: process.platform,
    node: process.versions.node,
    home: homedir(),
    read: textOf,
    run,
    servers: (major) => searchPrograms(major),
    nameServers: (zone) => new Resolver({ timeout: WITHIN_MS / 2, tries: 1 }).resolveNs(zone),
    async credentials(region) {
      const { clientSettings } = await import("../../infra/aws-client.ts");
      const { ServiceQuotasClient } = await import("@aws-sdk/client-service-quotas");
      const { expiration } = await new ServiceQuotasClient(clientSettings(region)).config.credentials();
      return { ends: expiration };
    },
    async quotas(stack, region) {
      const { captureGraph } = await import("../graph/capture.ts");
      const { readQuotas } = await import("../check/aws/quotas.ts");
      return readQuotas(await captureGraph({ projectDir: folder, stack }), region);
    },
  };
}

function run(program: string, words: readonly string[]): Promise<Ended | undefined> {
  // Pulumi's CLI would ask the network for a newer one of itself.
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((done) => {
    execFile(program, words, { env, timeout: WITHIN_MS }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      done(code === "ENOENT" ? undefined : { code: typeof code === "number" ? code : 1, said: out + err });
    });
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Where Pulumi's CLI keeps its own things. */
export function pulumiHome({ env, home }: Workplace): string {
  return env.PULUMI_HOME ?? join(home, ".pulumi");
}
