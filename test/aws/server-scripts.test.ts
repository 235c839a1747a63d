import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { fromHttp } from "@aws-sdk/credential-provider-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { filesText, hostFiles } from "../../infra/host/cloud-init.ts";
import { environmentFiles } from "../../infra/host/environment.ts";
import { fetchScript } from "../../infra/host/fetch.ts";
import { credentialFiles } from "../../infra/host/secrets/credentials.ts";
import { secretsScript } from "../../infra/host/secrets/secrets-script.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { until } from "../../rollout/waiting.ts";
import { HOST } from "../infra/host/example.ts";
import { endGroup } from "../support/process-group.ts";
import { awsCli } from "./cli.ts";
import { Moto, motoThere, PYTHON, skipped } from "./moto.ts";

// What servers run at boot, with AWS's own CLI, and moto's Secrets Manager and STS behind it.
describe.skipIf(!motoThere || !awsCli)(`${skipped}the servers' scripts and AWS's CLI`, () => {
  let moto: Moto;
  let folder: string;
  let credentials: ChildProcess | undefined;
  const arns: Record<string, string> = {};
  const PEM_LIKE = "line with spaces & $(id) 'quotes' \"and\" \\ año";

  beforeAll(async () => {
    moto = await Moto.start();
    folder = mkdtempSync(join(tmpdir(), "rollout-scripts-"));
    mkdirSync(join(folder, "bin"));
    // Debian's is too old for AWS_ENDPOINT_URL.
    const aws = `#!/bin/sh\nexec ${awsCli} --endpoint-url ${moto.endpoint} "$@"\n`;
    writeFileSync(join(folder, "bin/aws"), aws, { mode: 0o755 });
    for (const [region, name, text] of [
      ["eu-south-2", "secret-key", "key"],
      ["eu-south-2", "database-password", "word1"],
      ["eu-south-2", "cache-password", "word2"],
      ["eu-south-2", "app", JSON.stringify({ STRIPE_KEY: PEM_LIKE })],
      ["us-east-1", "mail", JSON.stringify({ "api key": "mail" })],
      ["eu-south-2", "webhook", "https://hooks.example.com/x"],
    ]) {
      const client = new SecretsManagerClient({ region: region! });
      const { ARN } = await client.send(new CreateSecretCommand({ Name: name!, SecretString: text! }));
      arns[name!] = ARN!;
    }
  });
  afterAll(async () => {
    if (credentials) await endGroup(credentials.pid!);
    rmSync(folder, { recursive: true });
    await moto?.stop();
  });

  const environment = () => ({
    ...process.env,
    PATH: `${folder}/bin:${process.env.PATH}`,
    ROLLOUT_ETC: folder,
    ROLLOUT_RUN: join(folder, "run"),
  });

  it("hand an SDK the credentials of the app's role", async () => {
    const port = await freePort();
    mkdirSync(join(folder, "run"));
    const script = join(folder, "rollout-credentials");
    writeFileSync(script, credentialFiles(HOST)[0]!.content, { mode: 0o700 });
    const env = {
      ...environment(),
      PATH: `${dirname(PYTHON)}:${process.env.PATH}`,
      AWS_ENDPOINT_URL: moto.endpoint,
      ROLLOUT_AS: "",
      ROLLOUT_AT: `127.0.0.1 ${port}`,
    };
    credentials = spawn("bash", [script], { env, detached: true, stdio: "inherit" });
    const token = join(folder, "run/credentials-token");
    const answers = () =>
      fetch(`http://127.0.0.1:${port}`).then(
        ({ ok }) => ok,
        () => false,
      );
    const ready = async () => existsSync(token) && (await answers());
    expect(await until({ everyMs: 100, withinMs: 30_000 }, ready)).toBe(true);
    const url = `http://127.0.0.1:${port}/${readFileSync(token, "utf8")}`;
    const had = await fromHttp({ awsContainerCredentialsFullUri: url })();
    expect(had).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
      sessionToken: expect.any(String),
    });
    expect(had.expiration!.getTime()).toBeGreaterThan(Date.now() + 45 * 60_000);
  });

  it("fetch the servers' files by their version, and take no others", async () => {
    const s3 = new S3Client({ region: "eu-south-2", forcePathStyle: true });
    const place = { region: "eu-south-2", bucket: "production-servers-1a2b3c4", key: "blue.yaml" };
    const object = { Bucket: place.bucket, Key: place.key };
    const CreateBucketConfiguration = { LocationConstraint: "eu-south-2" } as const;
    await s3.send(new CreateBucketCommand({ Bucket: place.bucket, CreateBucketConfiguration }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: place.bucket, VersioningConfiguration }));
    const text = filesText(HOST);
    const { VersionId: version } = await s3.send(new PutObjectCommand({ ...object, Body: text }));
    const { VersionId: later } = await s3.send(
      new PutObjectCommand({ ...object, Body: `${text}# another\n` }),
    );
    const digest = createHash("sha256").update(text).digest("hex");
    const fetched = (named: string) => {
      const root = mkdtempSync(join(folder, "root-"));
      mkdirSync(join(root, "run"));
      const { content } = fetchScript({ ...place, version: named, digest });
      const env = { ...environment(), ROLLOUT_ROOT: root };
      return { root, ...spawnSync("bash", ["-c", content], { env, encoding: "utf8" }) };
    };

    const good = fetched(version!);
    expect([good.status, good.stderr]).toEqual([0, ""]);
    for (const { path, permissions = "0644" } of hostFiles(HOST)) {
      const { mode } = statSync(join(good.root, path));
      expect([path, (mode & 0o777).toString(8).padStart(4, "0")]).toEqual([path, permissions]);
    }
    const conf = readFileSync(join(good.root, "etc/nginx/nginx.conf"), "utf8");
    expect(conf).toBe(parse(text).write_files[0].content);

    const other = fetched(later!);
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain("did NOT match");
    expect(existsSync(join(other.root, "etc"))).toBe(false);
  });

  it("fill in every secret as it is, from whichever region", async () => {
    const place = (name: string, key?: string) => ({ arn: arns[name]!, version: "v", ...(key && { key }) });
    const host = {
      ...HOST,
      secrets: {
        "secret-key": arns["secret-key"]!,
        "database-password": arns["database-password"]!,
        "cache-password": arns["cache-password"]!,
      },
      appSecrets: {
        STRIPE_KEY: place("app", "STRIPE_KEY"),
        MAIL_KEY: place("mail", "api key"),
        WEBHOOK: place("webhook"),
      },
    };
    for (const { path, content } of environmentFiles(host))
      writeFileSync(join(folder, basename(path)), content);
    const migrating = { ...HOST, app: { ...HOST.app, migrate: ["true"] } };
    const fill = () =>
      spawnSync("bash", ["-c", secretsScript(migrating).content], { env: environment(), encoding: "utf8" });
    const stable = () => readFileSync(join(folder, "run/stable"), "utf8");
    expect(fill().status).toBe(0);
    expect(stable()).toBe("None\n");
    await new SSMClient({ region: "eu-south-2" }).send(
      new PutParameterCommand({ Name: "/rollout/production/stable", Type: "String", Value: "blue" }),
    );
    const { status, stderr } = fill();
    expect([status, stderr]).toEqual([0, ""]);
    expect(stable()).toBe("blue\n");
    const lines = readFileSync(join(folder, "run/app.env"), "utf8").split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "SECRET_KEY=key",
        `STRIPE_KEY=${PEM_LIKE}`,
        "MAIL_KEY=mail",
        "WEBHOOK=https://hooks.example.com/x",
        expect.stringMatching(
          /^AWS_CONTAINER_CREDENTIALS_FULL_URI=http:\/\/169\.254\.170\.2:2773\/[0-9a-f]{64}$/,
        ),
      ]),
    );
  });
});
