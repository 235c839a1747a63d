import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { parse } from "yaml";
import { Moto } from "../aws/moto.ts";
import type { DocCommand } from "../rollout/docs-pages.ts";
import { type Typed, Typist } from "../rollout/docs-typist.ts";
import { SAMPLE } from "../support/sample.ts";
import { Engine } from "./engine.ts";

/** The pages' own names, so that what they say is typed as it stands. */
const BUCKET = "your-state-bucket";
const KEY = "alias/pulumi";
const SECRETS = `awskms://${KEY}?region=us-east-1`;

/** For the echo provider makes none, and an upgrade takes a snapshot of it. */
const DATABASE = {
  DBInstanceIdentifier: "beta-database",
  DBInstanceClass: "db.t4g.small",
  Engine: "postgres",
  AllocatedStorage: 20,
  MasterUsername: "app_beta",
  MasterUserPassword: "a password of the test",
};

export interface Resource {
  urn: string;
  /** When Pulumi last did something to it. */
  modified?: string;
  outputs?: Record<string, unknown>;
}

/** A stack as the bucket has it, read without Pulumi. */
export interface State {
  text: string;
  resources: Resource[];
}

/**
 * What somebody has who reads the pages: the project's folder, the Pulumi CLI, and in AWS, which moto's server plays, a
 * bucket for the state and a key for its secrets. Pulumi's AWS SDK finds it by the same variables as ours.
 */
export class DocsWorld {
  readonly engine: Engine;
  readonly #moto: Moto;
  readonly #typist: Typist;

  private constructor(engine: Engine, moto: Moto) {
    this.engine = engine;
    this.#moto = moto;
    // Who types `pulumi up` says yes to what it previews.
    const env = { ...engine.environment, NO_COLOR: "1", PULUMI_SKIP_CONFIRMATIONS: "true" };
    this.#typist = new Typist(engine.project, () => env);
  }

  static async create(): Promise<DocsWorld> {
    const moto = await Moto.start();
    await new S3Client({}).send(new CreateBucketCommand({ Bucket: BUCKET }));
    await makeKey(moto);
    await new RDSClient({}).send(new CreateDBInstanceCommand(DATABASE));
    const unsaid = { PULUMI_BACKEND_URL: undefined, PULUMI_CONFIG_PASSPHRASE: undefined };
    const world = new DocsWorld(await Engine.laidOut("beta", unsaid), moto);
    await copyFile(join(SAMPLE, "Pulumi.prod.yaml"), world.#configFile("prod"));
    await copyFile(join(SAMPLE, "flags.prod.yaml"), join(world.engine.project, "flags.prod.yaml"));
    return world;
  }

  /** Before a page: its stacks are up, but for those that it makes itself, and who doesn't log in on it is logged in. */
  async ready(commands: readonly DocCommand[]): Promise<void> {
    await this.engine.succeed("login", `s3://${BUCKET}`);
    const texts = commands.map(({ text }) => text);
    for (const stack of new Set(commands.map(stackOf))) {
      const ends = texts.some((text) => text.includes(`stack rm ${stack}`));
      if (ends || !texts.some((text) => text.includes(`stack init ${stack}`))) await this.#made(stack);
      if (ends) await this.#unmade(stack);
    }
    if (texts.some((text) => text.includes("pulumi login"))) await this.engine.succeed("logout");
  }

  /** `npx` would fetch the CLI from npm's registry first; the one of the PATH is the same program. */
  async type(command: DocCommand): Promise<Typed> {
    const text = command.text.replace(/^npx /, "");
    if (!command.words.includes("--secret")) return this.#typist.type(command, text);
    // What is asked for. A person types it at a prompt.
    await writeFile(join(this.engine.folder, "typed"), "canary-typed\n");
    return this.#typist.type(command, `${text} < '${join(this.engine.folder, "typed")}'`);
  }

  /** Undefined: there is no such stack. */
  async state(stack: string): Promise<State | undefined> {
    const Key = `.pulumi/stacks/rollout/${stack}.json`;
    try {
      const { Body } = await new S3Client({}).send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const text = await Body!.transformToString();
      return { text, resources: JSON.parse(text).checkpoint.latest?.resources ?? [] };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** The stack's file: its `config`, and what opens its secrets. */
  async file(stack: string): Promise<{ config: Record<string, unknown>; secretsprovider?: string }> {
    return parse(await readFile(this.#configFile(stack), "utf8"));
  }

  async remove(): Promise<void> {
    await this.#typist.interrupt();
    await this.engine.remove();
    await this.#moto.stop();
  }

  async #made(stack: string): Promise<void> {
    if (await this.state(stack)) return;
    await this.engine.succeed("stack", "init", stack, "--secrets-provider", SECRETS);
    await this.engine.succeed("up", "--yes", "--skip-preview", "--stack", stack);
  }

  /** As a teardown leaves it. */
  async #unmade(stack: string): Promise<void> {
    await this.engine.succeed("state", "unprotect", "--all", "--yes", "--stack", stack);
    await this.engine.succeed("destroy", "--yes", "--skip-preview", "--stack", stack);
  }

  #configFile(stack: string): string {
    return join(this.engine.project, `Pulumi.${stack}.yaml`);
  }
}

/** Whom a command is about: beta, where it names nobody. docs/aws.md makes beta, which selects it. */
export function stackOf({ words }: DocCommand): string {
  const named = words.indexOf("-s") + 1 || words.indexOf("cancel") + 1;
  return words[named || words.length] ?? "beta";
}

/** There is no client for KMS here. */
async function makeKey({ endpoint }: Moto): Promise<void> {
  const ask = async (operation: string, body: object) => {
    const headers = {
      "x-amz-target": `TrentService.${operation}`,
      "content-type": "application/x-amz-json-1.1",
      authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request",
    };
    const answer = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.text();
  };
  const { KeyMetadata } = JSON.parse(await ask("CreateKey", {}));
  await ask("CreateAlias", { AliasName: KEY, TargetKeyId: KeyMetadata.KeyId });
}
