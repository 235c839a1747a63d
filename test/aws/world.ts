import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { Listener } from "../../rollout/platforms/aws/balancer/listener.ts";
import { sharesOf, splitOf } from "../../rollout/platforms/aws/balancer/split.ts";
import { type Deployment, outputsOf } from "../../rollout/platforms/aws/deployment.ts";
import { Objects } from "../../rollout/platforms/aws/journal/objects.ts";
import type { JournalEntry, Weights } from "../../rollout/platforms/platform.ts";
import { makeCertificates } from "../../rollout/platforms/rehearsal/machine/authority.ts";
import { certificateFiles } from "../../rollout/platforms/rehearsal/machine/authority-files.ts";
import { ask } from "../../rollout/smoke/client.ts";
import { versionsOf } from "../../rollout/smoke/versions.ts";
import { ROOT } from "../support/sample.ts";
import { makeAccount } from "./account.ts";
import { Traffic } from "./balancer.ts";
import { deploymentOf, isClosed } from "./deployment.ts";
import { Door } from "./door.ts";
import { makeFlags } from "./flags.ts";
import { Front } from "./front.ts";
import { lacking } from "./lacking.ts";
import { Moto } from "./moto.ts";
import { layOut } from "./project.ts";
import { type MadeStack, makeStack } from "./stack.ts";

/** What the CLI was started with, and how it ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What the stand-in for Pulumi was asked to bring up. */
export interface Up {
  targets: string[];
  message: string;
}

interface Parts {
  moto: Moto;
  stack: MadeStack;
  front: Front;
  traffic: Traffic;
  door: Door;
  folder: string;
}

/** A stack in an AWS that answers, with users, and the `rollout` command beside it. */
export class World {
  readonly front: Front;
  readonly traffic: Traffic;
  readonly stack: MadeStack;
  /** The project's, in which commands are given. */
  readonly folder: string;
  readonly #moto: Moto;
  readonly #door: Door;
  readonly #started = new Set<ChildProcess>();
  #latest = Date.now();

  private constructor({ moto, stack, front, traffic, door, folder }: Parts) {
    this.#moto = moto;
    this.stack = stack;
    this.front = front;
    this.traffic = traffic;
    this.#door = door;
    this.folder = folder;
    // The last in line: what the test refuses isn't seen by the balancer either.
    front.answering.push(async ({ who, at }) => {
      if (who !== "rollout") return undefined;
      this.#latest = Math.max(this.#latest, at);
      await traffic.until(at);
      return undefined;
    });
  }

  /** @param config the stack's keys without `rollout:`, in place of the shipped ones */
  static async make(config: Record<string, unknown>, name = "beta"): Promise<World> {
    const folder = layOut(name, config);
    const moto = await Moto.start();
    const stack = await makeStack(moto, name);
    const graph = await captureGraph({ projectDir: folder, stack: name });
    const front = await Front.start(moto.endpoint, lacking(graph));
    const traffic = new Traffic(stack, front.endpoint);
    const door = await Door.open(await makeCertificates(join(folder, "tls"), domainIn(graph)));
    const world = new World({ moto, stack, front, traffic, door, folder });
    await world.#bringUp(graph);
    return world;
  }

  get configFile(): string {
    return join(this.folder, `Pulumi.${this.stack.name}.yaml`);
  }

  get config(): Record<string, unknown> {
    return parse(readFileSync(this.configFile, "utf8")).config;
  }

  /** The balancer's weights. */
  async weights(): Promise<Weights> {
    const split = await new Listener("us-east-1", this.stack.listenerArn).read();
    return sharesOf(split, this.stack.targetGroupArns);
  }

  /** What a user's request is answered with. */
  async userGets(): Promise<number> {
    const ca = readFileSync(this.#caFile, "utf8");
    const door = {
      url: `https://${this.#domain}`,
      at: { host: "127.0.0.1", port: this.#door.ports[443]! },
      ca,
    };
    return (await ask(door, { method: "GET", path: "/", withinMs: 10_000 })).status;
  }

  /** Of what each track runs. */
  get versions(): Readonly<Record<string, string>> {
    return this.#door.versions;
  }

  async journal(): Promise<JournalEntry[]> {
    const found = await new Objects("us-east-1", this.stack.bucket).read(`${this.stack.name}/journal.jsonl`);
    return (found?.text ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Of the stack's state. */
  get outputs(): Record<string, unknown> {
    return outputsOf(this.#state.deployment);
  }

  /** Those that went well, in order. */
  get ups(): Up[] {
    return this.#state.ups;
  }

  /** Time passes in which nobody does anything: who is started later lives by it. */
  pass(ms: number): void {
    this.#latest += ms;
  }

  /** The next `up` fails. */
  refuseUp(): void {
    writeFileSync(`${this.#stateFile}.refuse`, "");
  }

  /**
   * `bin/rollout WORDS --on aws --stack NAME`, as a process.
   *
   * @param at "now": by the clock on the wall; "later": by the clock that earlier runs had come to
   */
  start(words: string[], at: "now" | "later" = "later"): { process: ChildProcess; ended: Promise<Ended> } {
    const end = words.includes("--") ? words.indexOf("--") : words.length;
    const all = words.toSpliced(end, 0, "--on", "aws", "--stack", this.stack.name);
    const process = spawn(join(ROOT, "bin/rollout"), all, {
      cwd: this.folder,
      env: this.environment(at),
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
    this.#door.close();
    await this.front.stop();
    await this.#moto.stop();
    rmSync(this.folder, { recursive: true, maxRetries: 5 });
  }

  /** For a process that is to meet this AWS, this Pulumi and these names. @param at see {@link start} */
  environment(at: "now" | "later" = "later"): NodeJS.ProcessEnv {
    const { ports } = this.#door;
    const loaded = ["jumping-clock.ts", "names.ts"].map(
      (each) => `--import=${join(import.meta.dirname, each)}`,
    );
    return {
      ...process.env,
      PATH: [join(import.meta.dirname, "pulumi"), process.env.PATH].join(delimiter),
      PULUMI_STAND_IN: this.#stateFile,
      AWS_ENDPOINT_URL: this.front.endpoint,
      AWS_SDK_UA_APP_ID: "rollout",
      NODE_OPTIONS: loaded.join(" "),
      NODE_EXTRA_CA_CERTS: this.#caFile,
      NAMES: JSON.stringify({ [this.#domain]: ports, [this.stack.dnsName]: ports }),
      CLOCK_AHEAD_MS: String(at === "now" ? 0 : this.#latest - Date.now()),
      XDG_STATE_HOME: join(this.folder, "home"),
      ROLLOUT_ON: undefined,
      ROLLOUT_WEBHOOKS: "",
      ROLLOUT_SNS_TOPICS: "",
    };
  }

  get #caFile(): string {
    return certificateFiles(join(this.folder, "tls")).caFile;
  }

  get #domain(): string {
    return String(this.config["rollout:domain"]);
  }

  get #stateFile(): string {
    return join(this.folder, "state.json");
  }

  get #state(): { deployment: Deployment; ups: Up[] } {
    return JSON.parse(readFileSync(this.#stateFile, "utf8"));
  }

  /** All traffic on blue, the firewall open, the first flags deployed. */
  async #bringUp(graph: Graph): Promise<void> {
    const weights = { blue: 100, green: 0 };
    const { listenerArn, targetGroupArns } = this.stack;
    await new Listener("us-east-1", listenerArn).set(splitOf(weights, targetGroupArns));
    const account = await makeAccount(graph);
    const flags = await makeFlags(graph);
    this.front.answering.push(account.answering, flags.answering);
    Object.assign(this.#door.versions, versionsOf(graph));
    this.#door.weights = () => this.weights();
    this.#door.token = () => (isClosed(this.#state.deployment) ? account.operatorToken : undefined);
    const deployment = deploymentOf(graph, this.stack, { ...account, flags: flags.ids }, weights);
    writeFileSync(this.#stateFile, JSON.stringify({ version: 3, deployment, ups: [] }));
  }
}

function domainIn({ outputs }: Graph): string {
  return new URL(String(outputs.url)).hostname;
}
