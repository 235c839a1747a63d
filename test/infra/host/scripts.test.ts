import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificateFiles } from "../../../infra/host/certificate.ts";
import { environmentFiles } from "../../../infra/host/environment.ts";
import { secretsScript } from "../../../infra/host/secrets/secrets-script.ts";
import { HOST } from "./example.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rollout-host-"));
  mkdirSync(path.join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of ours in front of the PATH. */
function stub(name: string, script: string): void {
  writeFileSync(path.join(folder, "bin", name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
}

function run(script: string, environment: Record<string, string>) {
  return spawnSync("bash", ["--norc", "-c", script], {
    env: { PATH: `${folder}/bin:${process.env.PATH}`, ...environment },
    encoding: "utf8",
  });
}

describe("rollout-env", () => {
  const fill = () => run(secretsScript(HOST).content, { ROLLOUT_ETC: folder, ROLLOUT_RUN: `${folder}/run` });
  beforeEach(() => {
    // What rollout-credentials leaves.
    mkdirSync(`${folder}/run`);
    writeFileSync(`${folder}/run/credentials-token`, "the-token");
    for (const file of environmentFiles(HOST)) {
      writeFileSync(path.join(folder, path.basename(file.path)), file.content);
    }
  });

  it("fills every secret in, for root's eyes alone", () => {
    // `&` is what bash's own substitution would expand.
    stub(
      "aws",
      `while [[ $1 != --secret-id ]]; do shift; done; n=\${2##*secret:production-}
case $2 in *-app-* | *:mail-*) echo '{"STRIPE_KEY": "x", "api key": "y"}';; *) echo "&\${n%%-1a2b3c4*}";; esac`,
    );
    const { status, stderr } = fill();
    expect([status, stderr]).toEqual([0, ""]);
    const file = `${folder}/run/app.env`;
    const text = readFileSync(file, "utf8");
    expect(text).toContain("SECRET_KEY=&secret-key\n");
    expect(text).toContain("postgresql://app_production:&database-password@production-database");
    expect(text).toContain("REDIS_URL=rediss://:&cache-password@master");
    expect(text).not.toContain("@@");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).toContain("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.2:2773/the-token\n");
    expect(
      text
        .trim()
        .split("\n")
        .every((line) => /^[A-Z_]+=.+$/.test(line)),
    ).toBe(true);
  });

  /** What Secrets Manager has under an ARN, and in which region. */
  const holding = (secrets: Record<string, string>) =>
    stub(
      "aws",
      `while [[ $1 != --region ]]; do shift; done
case $2/$4 in
${Object.entries(secrets)
  .map(([pattern, value]) => `${pattern}) printf '%s\\n' '${value}';;`)
  .join("\n")}
*) printf '%s\\n' word;;
esac`,
    );

  it("adds the app's own secrets as they are, whatever is in them", () => {
    holding({
      "eu-south-2/*:production-app-*": JSON.stringify({ STRIPE_KEY: '@@cache-password@@ & "$(id)" \\ ' }),
      "us-east-1/*:mail-*": JSON.stringify({ "api key": "año", other: "x" }),
      "eu-south-2/*:production-webhook-*": "https://hooks.example.com/services/T0/B0/x",
    });
    expect(fill()).toMatchObject({ status: 0, stderr: "" });
    const text = readFileSync(`${folder}/run/app.env`, "utf8");
    expect(text).toContain('\nSTRIPE_KEY=@@cache-password@@ & "$(id)" \\ \n');
    expect(text).toContain("\nMAIL_KEY=año\n");
    expect(text).toContain("\nWEBHOOK=https://hooks.example.com/services/T0/B0/x\n");
  });

  it("puts what the team's variables refer to in its place, once", () => {
    holding({ "eu-south-2/*:production-webhook-*": "https://x/${STRIPE_KEY}" });
    const template = `${folder}/app.env.template`;
    const lines = [
      "A=<${DATABASE_URL}> and ${SECRET_KEY}${WEBHOOK}",
      'B=${NONE} ${lower} $HOME `id` "$(id)"',
      "C=${B}",
    ];
    writeFileSync(template, `${readFileSync(template, "utf8")}${lines.join("\n")}\n`);
    holding({
      "eu-south-2/*:production-app-*": '{"STRIPE_KEY": "k"}',
      "us-east-1/*": '{"api key": "y"}',
      "eu-south-2/*:production-webhook-*": "https://x/${STRIPE_KEY}&\\1",
    });
    expect(fill()).toMatchObject({ status: 0, stderr: "" });
    const text = readFileSync(`${folder}/run/app.env`, "utf8");
    const url = /^DATABASE_URL=(.*)$/m.exec(text)![1];
    expect(text).toContain(`\nA=<${url}> and wordhttps://x/\${STRIPE_KEY}&\\1\n`);
    // What nothing sets stays; the rules refuse it before.
    expect(text).toContain('\nB=${NONE} ${lower} $HOME `id` "$(id)"\n');
    expect(text).toContain("\nWEBHOOK=https://x/${STRIPE_KEY}&\\1\n");
    expect(text.match(/^$/gm)).toHaveLength(1);
  });

  it.each([
    ["has no key", { "us-east-1/*": '{"other": "x"}' }, "MAIL_KEY: the secret has no key api key"],
    ["is no JSON", { "us-east-1/*": "canary" }, "MAIL_KEY: the secret has no key api key"],
    ["is empty", { "us-east-1/*": '{"api key": ""}' }, "MAIL_KEY has no value"],
    [
      "has several lines",
      { "us-east-1/*": '{"api key": "canary\\ncanary"}' },
      "MAIL_KEY has several lines, a variable has one: keep it in base64",
    ],
  ])("names the app's secret that %s, and nothing of what is in it", (_, secrets, message) => {
    holding(secrets);
    expect(fill()).toMatchObject({ status: 1, stdout: "", stderr: `rollout-env: ${message}\n` });
    expect(existsSync(`${folder}/run/app.env`)).toBe(false);
  });

  it("leaves no environment behind when a secret can't be read", () => {
    stub("aws", "echo denied >&2; exit 254");
    expect(fill()).toMatchObject({ status: 254, stderr: "denied\n" });
    expect(existsSync(`${folder}/run/app.env`)).toBe(false);
  });

  it("names the secret that has no value", () => {
    stub("aws", "echo None");
    expect(fill()).toMatchObject({ status: 1, stderr: "rollout-env: cache-password has no value\n" });
  });

  it("names the placeholder that nothing fills", () => {
    stub("aws", "echo value");
    writeFileSync(path.join(folder, "secrets"), "secret-key arn\ncache-password arn\n");
    expect(fill()).toMatchObject({ status: 1, stderr: "rollout-env: nothing fills database-password\n" });
  });
});

describe("rollout-certificate", () => {
  const make = () => run(certificateFiles(HOST)[0]!.content, { ROLLOUT_TLS: folder });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, encoding: "utf8" });
  beforeEach(() => stub("systemctl", `echo "$*" >>'${folder}/systemctl'`));

  it("makes a certificate for the domain and reloads nginx", () => {
    expect(make()).toMatchObject({ status: 0, stderr: "" });
    const shown = openssl("x509", "-in", "host.crt", "-noout", "-text");
    expect(shown).toContain(`DNS:${HOST.domain}`);
    expect(shown).toContain("prime256v1");
    expect(statSync(`${folder}/host.key`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${folder}/systemctl`, "utf8")).toContain("reload nginx");
  });

  it("leaves a good one alone, and makes one anew that is about to end", () => {
    make();
    const first = readFileSync(`${folder}/host.crt`, "utf8");
    make();
    expect(readFileSync(`${folder}/host.crt`, "utf8")).toBe(first);

    openssl("req", "-x509", "-key", "host.key", "-days", "9", "-subj", "/CN=old", "-out", "host.crt");
    make();
    expect(openssl("x509", "-in", "host.crt", "-noout", "-subject")).not.toContain("old");
  });
});
