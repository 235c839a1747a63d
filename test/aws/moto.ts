import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Its Python, which has AWS's SDK. */
export const PYTHON = join(import.meta.dirname, "../../.cache/moto/bin/python");

/** Whether moto is installed (bin/install-moto); without it the tests here are skipped. */
export const motoThere = existsSync(PYTHON);
export const skipped = motoThere ? "" : "(skipped: moto isn't installed, see bin/install-moto) ";

/** On a free port of the loopback. It ends when the other end of its stdin does, however that ended. */
const SERVER = `
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
`;

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** An AWS that answers: moto's server (https://docs.getmoto.org). The SDK finds it by its own environment variables. */
export class Moto {
  readonly endpoint: string;
  readonly #server: ChildProcess;
  readonly #before = { ...process.env };

  private constructor(server: ChildProcess, endpoint: string) {
    this.#server = server;
    this.endpoint = endpoint;
    Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL: endpoint });
  }

  static async start(): Promise<Moto> {
    const server = spawn(PYTHON, ["-c", SERVER], { stdio: ["pipe", "pipe", "inherit"] });
    for await (const address of createInterface(server.stdout!)) return new Moto(server, `http://${address}`);
    throw new Error("moto's server didn't start");
  }

  async stop(): Promise<void> {
    for (const name of [...Object.keys(CREDENTIALS), "AWS_ENDPOINT_URL"]) {
      if (this.#before[name] === undefined) delete process.env[name];
      else process.env[name] = this.#before[name];
    }
    const ended = new Promise((done) => this.#server.once("close", done));
    this.#server.kill();
    await ended;
  }

  /** The default network's subnets, which a balancer needs; there is no client for EC2 here. */
  async subnets(): Promise<{ vpcId: string; subnetIds: string[] }> {
    const answer = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request",
      },
      body: "Action=DescribeSubnets&Version=2016-11-15",
    });
    const xml = await answer.text();
    const all = (tag: string) =>
      [...xml.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "g"))].map(([, text]) => text!);
    return { vpcId: all("vpcId")[0]!, subnetIds: all("subnetId").slice(0, 2) };
  }
}
