import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHttp } from "@aws-sdk/credential-provider-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialFiles } from "../../../infra/host/secrets/credentials.ts";
import { freePort } from "../../../rollout/platforms/rehearsal/machine/ports.ts";
import { until } from "../../../rollout/waiting.ts";
import { isThere } from "../../support/process-group.ts";
import { HOST } from "./example.ts";

/** What `aws sts assume-role --query Credentials --output json` prints. */
const ANSWER = {
  AccessKeyId: "ASIAEXAMPLE",
  SecretAccessKey: "canary-secret",
  SessionToken: "canary-token",
  Expiration: "2099-01-01T00:00:00+00:00",
};

/** As on a server: in a folder that root alone enters, served by nobody. */
const asNobody = process.getuid?.() === 0 && existsSync("/usr/bin/python3");

describe("rollout-credentials", () => {
  let folder: string;
  let script: ChildProcess;
  let at: string;
  let token: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-credentials-"));
    const port = await freePort();
    writeFileSync(join(folder, "answer.json"), JSON.stringify(ANSWER));
    script = spawn("bash", ["-c", credentialFiles(HOST)[0]!.content], {
      env: {
        ...(asNobody
          ? { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }
          : { PATH: process.env.PATH, ROLLOUT_AS: "" }),
        ROLLOUT_RUN: folder,
        ROLLOUT_ASK: `cat ${folder}/answer.json`,
        ROLLOUT_AT: `127.0.0.1 ${port}`,
      },
      detached: true,
      stdio: "inherit",
    });
    at = `http://127.0.0.1:${port}`;
    const answers = () =>
      fetch(at).then(
        ({ ok }) => ok,
        () => false,
      );
    const ready = async () => existsSync(join(folder, "credentials-token")) && (await answers());
    expect(await until({ everyMs: 50, withinMs: 10_000 }, ready)).toBe(true);
    token = readFileSync(join(folder, "credentials-token"), "utf8");
  });
  afterAll(async () => {
    process.kill(script.pid!, "SIGKILL");
    // Its other half ends by itself.
    const gone = () => !isThere(-script.pid!);
    expect(await until({ everyMs: 100, withinMs: 10_000 }, gone)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it("gives AWS's own SDK the role's credentials at the address that nobody can guess", async () => {
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const provider = fromHttp({ awsContainerCredentialsFullUri: `${at}/${token}` });
    expect(await provider()).toMatchObject({
      accessKeyId: "ASIAEXAMPLE",
      secretAccessKey: "canary-secret",
      sessionToken: "canary-token",
      expiration: new Date(ANSWER.Expiration),
    });
  });

  it("lists nothing, and has nothing else", async () => {
    const [list, other, above] = await Promise.all(
      ["/", "/x", "/%2e%2e/credentials-token"].map(async (path) => {
        const answer = await fetch(at + path);
        return [answer.status, await answer.text()] as const;
      }),
    );
    expect(list).toEqual([200, ""]);
    expect([other![0], above![0]]).toEqual([404, 404]);
    expect([other![1], above![1]].join()).not.toMatch(/canary|[0-9a-f]{64}/);
  });

  it("leaves them where nobody else reads", () => {
    expect(statSync(join(folder, "credentials-token")).mode & 0o077).toBe(0);
    expect(statSync(join(folder, "credentials", token)).mode & 0o077).toBe(0);
  });
});
