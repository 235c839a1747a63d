import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { parse, stringify } from "yaml";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { Listener } from "../../rollout/platforms/aws/listener.ts";
import { Objects } from "../../rollout/platforms/aws/objects.ts";
import { sharesOf, splitOf } from "../../rollout/platforms/aws/split.ts";
import { versionIn } from "../../rollout/platforms/aws/targets.ts";
import type { JournalEntry, Weights } from "../../rollout/platforms/platform.ts";
import { Traffic } from "./balancer.ts";
import { Front } from "./front.ts";
import { lacking } from "./lacking.ts";
import { Moto } from "./moto.ts";
import { BUCKET, type MadeStack, makeStack } from "./stack.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What the CLI was started with, and how it ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The beta stack in an AWS that answers, with users, and the `rollout` command beside it. */
export class World {
  readonly front: Front;
  readonly traffic: Traffic;
  readonly stack: MadeStack;
  readonly #moto: Moto;
  readonly #folder: string;
  readonly #site: Server;
  readonly #started = new Set<ChildProcess>();
  #latest = Date.now();

  private constructor(moto: Moto, stack: MadeStack, front: Front, traffic: Traffic, site: Server) {
    this.#moto = moto;
    this.stack = stack;
    this.front = front;
    this.traffic = traffic;
    this.#site = site;
    this.#folder = mkdtempSync(join(tmpdir(), "aws-run-"));
    // The last in line: what the test refuses isn't seen by the balancer either.
    front.answering.push(async ({ who, at }) => {
      if (who !== "rollout") return undefined;
      this.#latest = Math.max(this.#latest, at);
      await traffic.until(at);
      return undefined;
    });
  }

  /** @param config the stack's keys without `rollout:`, in place of the shipped ones */
  static async make(config: Record<string, unknown>): Promise<World> {
    const moto = await Moto.start();
    const stack = await makeStack(moto);
    const front = await Front.start(moto.endpoint, lacking());
    const traffic = new Traffic(stack, front.endpoint);
    for (const severity of ["p1", "p2", "p3", "p4"]) {
      await new SNSClient({}).send(new CreateTopicCommand({ Name: `beta-${severity}` }));
    }
    const { url, server } = await traffic.listen();
    const world = new World(moto, stack, front, traffic, server);
    await world.#layOut(url, config);
    return world;
  }

  get configFile(): string {
    return join(this.#folder, "Pulumi.beta.yaml");
  }

  get config(): Record<string, unknown> {
    return parse(readFileSync(this.configFile, "utf8")).config;
  }

  /** The balancer's weights. */
  async weights(): Promise<Weights> {
    const split = await new Listener("us-east-1", this.stack.listenerArn).read();
    return sharesOf(split, this.stack.targetGroupArns);
  }

  async journal(): Promise<JournalEntry[]> {
    const found = await new Objects("us-east-1", BUCKET).read("beta/journal.jsonl");
    return (found?.text ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** The next `up` fails. */
  refuseUp(): void {
    writeFileSync(`${this.#stateFile}.refuse`, "");
  }

  /**
   * `bin/rollout WORDS --on aws --stack beta`, as a process.
   *
   * @param at "now": by the clock on the wall; "later": by the clock that earlier runs had come to
   */
  start(words: string[], at: "now" | "later" = "later"): { process: ChildProcess; ended: Promise<Ended> } {
    const process = spawn(join(ROOT, "bin/rollout"), [...words, "--on", "aws", "--stack", "beta"], {
      cwd: this.#folder,
      env: this.#environment(at === "now" ? 0 : this.#latest - Date.now()),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#started.add(process);
    const ended = Promise.all([once(process, "close"), text(process.stdout!), text(process.stderr!)]);
    return {
      process,
      ended: ended.then(([[code], stdout, stderr]) => {
        this.#started.delete(process);
        return { code, stdout, stderr };
      }),
    };
  }

  async remove(): Promise<void> {
    for (const each of this.#started) each.kill("SIGKILL");
    this.#site.close();
    this.#site.closeAllConnections();
    await this.front.stop();
    await this.#moto.stop();
    rmSync(this.#folder, { recursive: true });
  }

  get #stateFile(): string {
    return join(this.#folder, "state.json");
  }

  #environment(aheadMs: number): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: [join(import.meta.dirname, "pulumi"), process.env.PATH].join(delimiter),
      PULUMI_STAND_IN: this.#stateFile,
      AWS_ENDPOINT_URL: this.front.endpoint,
      AWS_SDK_UA_APP_ID: "rollout",
      NODE_OPTIONS: `--import=${join(import.meta.dirname, "jumping-clock.ts")}`,
      CLOCK_AHEAD_MS: String(aheadMs),
      XDG_STATE_HOME: join(this.#folder, "home"),
      ROLLOUT_WEBHOOKS: "",
      ROLLOUT_SNS_TOPICS: "",
    };
  }

  async #layOut(url: string, config: Record<string, unknown>): Promise<void> {
    const folder = this.#folder;
    for (const each of ["node_modules", "infra", "app", "package.json"]) {
      symlinkSync(join(ROOT, each), join(folder, each));
    }
    for (const each of ["Pulumi.yaml", "flags.beta.yaml"]) cpSync(join(ROOT, each), join(folder, each));
    const shipped = parse(readFileSync(join(ROOT, "Pulumi.beta.yaml"), "utf8")).config;
    const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`rollout:${key}`, value]));
    writeFileSync(this.configFile, stringify({ config: { ...shipped, ...own } }));
    mkdirSync(join(folder, "home"));

    const weights = { blue: 100, green: 0 };
    const { listenerArn, targetGroupArns } = this.stack;
    await new Listener("us-east-1", listenerArn).set(splitOf(weights, targetGroupArns, null));
    const deployment = this.stack.state(weights);
    deployment.resources![0]!.outputs!.url = url;
    writeFileSync(this.#stateFile, JSON.stringify({ version: 3, deployment }));
    const graph = await captureGraph({ projectDir: folder, stack: "beta" });
    for (const track of Object.keys(weights)) this.traffic.versions[track] = versionIn(graph, track);
  }
}
