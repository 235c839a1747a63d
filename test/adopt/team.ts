import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

/** What came of a command. */
export interface Typed {
  code: number | null;
  /** stdout and stderr, as a person sees them. */
  said: string;
}

/** A plan for a rehearsal of seconds; the gates are as strict as ever. */
const PLAN = {
  steps: [
    { weight: 50, bake: "5s" },
    { weight: 100, bake: "5s" },
  ],
  gates: { errorRate: { max: 0.05 }, minRequests: 50 },
};

/** A team at work in its repository, with the commands that the documents name. */
export class Team {
  readonly deploy: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param deploy the repository @param environment with the PATH on which the commands are found */
  constructor(deploy: string, environment: NodeJS.ProcessEnv = process.env) {
    this.deploy = deploy;
    this.#environment = { ...environment, NO_COLOR: "1", CI: "" };
  }

  type(command: string, ...words: string[]): Typed {
    const { status, stdout, stderr } = spawnSync(command, words, {
      ...{ cwd: this.deploy, env: this.#environment, encoding: "utf8", maxBuffer: 2 ** 28 },
    });
    return { code: status, said: `${stdout ?? ""}${stderr ?? ""}` };
  }

  /** @throws {Error} with what was said, where it doesn't succeed */
  succeed(command: string, ...words: string[]): string {
    const { code, said } = this.type(command, ...words);
    if (code !== 0) throw new Error(`${command} ${words.join(" ")}: ${code}\n${said}`);
    return said;
  }

  /** Adds a queue of the team's own to the program. */
  addQueue(): void {
    const file = join(this.deploy, "infra/index.ts");
    const text = readFileSync(file, "utf8").replace(
      "export default { ...stack() };",
      'const orders = new aws.sqs.Queue("orders", { sqsManagedSseEnabled: true });\nexport default { ...stack(), orders: orders.url };',
    );
    writeFileSync(file, `import * as aws from "@pulumi/aws";\n${text}`);
  }

  /** Has a track run a version of the app's repository, and plans its release in seconds. */
  plan(stack: string, track: string, revision: string): void {
    const file = join(this.deploy, `Pulumi.${stack}.yaml`);
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "rollout:plan"], PLAN);
    document.setIn(["config", "rollout:rehearsal", "tracks", track], { revision });
    writeFileSync(file, document.toString());
  }

  /** Plays users while something is done, however long: a profile ends after minutes, and begins anew. */
  async withUsers<T>(stack: string, act: () => Promise<T>): Promise<T> {
    const words = ["load", "--profile", "100", "--stack", stack];
    const options = { cwd: this.deploy, env: this.#environment, stdio: "ignore" } as const;
    let over = false;
    let load = spawn("bin/rollout", words, options);
    const played = (async () => {
      for (;;) {
        await once(load, "exit");
        if (over) return;
        load = spawn("bin/rollout", words, options);
      }
    })();
    try {
      return await act();
    } finally {
      over = true;
      load.kill("SIGINT");
      await played;
    }
  }

  /** Rolls the candidate out, beside what else goes on here. */
  async release(stack: string, candidate: string): Promise<Typed> {
    const words = ["run", "--stack", stack, "--candidate", candidate];
    const child = spawn("bin/rollout", words, { cwd: this.deploy, env: this.#environment });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        said += chunk;
      });
    }
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, said };
  }
}
