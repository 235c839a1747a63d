import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { ROOT, SAMPLE } from "../support/sample.ts";

const copies: { root: string; projectDir: string; stateDir: string; stack: string }[] = [];

/** Takes down and removes every copy, whatever became of its test. */
export async function removeCopies(): Promise<void> {
  for (const copy of copies.splice(0)) {
    await rehearse.down({ ...copy, force: true });
    rmSync(copy.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The stack's config keys without `rollout:`; undefined removes one. */
export type Changes = Record<string, unknown>;

/**
 * A copy of the project whose config a test may edit, with the very program, application and modules.
 * Its state goes to a folder of its own.
 *
 * @param name of the project's folder, within a temporary one
 */
export function projectCopy(changes: Changes = {}, name = ".") {
  const root = mkdtempSync(join(tmpdir(), "rehearsal-project-"));
  const projectDir = join(root, name);
  mkdirSync(projectDir, { recursive: true });
  for (const name of ["node_modules", "infra", "app", "package.json"])
    symlinkSync(join(ROOT, name), join(projectDir, name));
  for (const name of ["Pulumi.yaml", "flags.beta.yaml"]) cpSync(join(SAMPLE, name), join(projectDir, name));
  const original = parse(readFileSync(join(SAMPLE, "Pulumi.beta.yaml"), "utf8")).config as Record<
    string,
    unknown
  >;
  const configure = (over: Changes) => {
    const own = Object.fromEntries(Object.entries(over).map(([key, value]) => [`rollout:${key}`, value]));
    writeFileSync(join(projectDir, "Pulumi.beta.yaml"), stringify({ config: { ...original, ...own } }));
  };
  configure(changes);
  copies.push({ root, projectDir, stateDir: join(projectDir, ".rehearsal"), stack: "beta" });
  return { root, projectDir, stateDir: join(projectDir, ".rehearsal"), stack: "beta", configure };
}

export interface Answer {
  status: number;
  track: string;
  body: string;
}

/** One request through the balancer, on a connection of its own. */
export function get(url: string, ca: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { ca, headers, agent: false, timeout: 10_000 }, (response) => {
      let body = "";
      response.on("data", (data) => {
        body += data;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, track: String(response.headers["x-track"] ?? ""), body }),
      );
    })
      .on("error", reject)
      .end();
  });
}

/** Requests in a row, from clients of different addresses: how many each track answered, and how many failed. */
export async function counted(url: string, ca: string, count: number): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (let done = 0; done < count; done += 10) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        get(`${url}/version`, ca, client(done + index)).catch(() => undefined),
      ),
    );
    for (const answer of answers) {
      const key = answer?.status === 200 ? answer.track : "failed";
      tally[key] = (tally[key] ?? 0) + 1;
    }
  }
  return tally;
}

/** nginx limits each address: a test that sends much stands for many clients. */
export function client(number: number): Record<string, string> {
  return { "x-forwarded-for": `203.0.${113 + (number >> 8)}.${number & 255}` };
}

/** Requests one after another until told to stop. */
export function traffic(url: string, ca: string): () => Promise<{ sent: number; failed: number }> {
  let stopped = false;
  const result = { sent: 0, failed: 0 };
  const running = (async () => {
    while (!stopped) {
      const answer = await get(`${url}/version`, ca, client(result.sent % 2000)).catch(() => undefined);
      result.sent += 1;
      if (answer?.status !== 200) result.failed += 1;
    }
  })();
  return async () => {
    stopped = true;
    await running;
    return result;
  };
}
