import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobQueue, processAgent } from "../../infra/host/processes/agent.ts";
import type { Process } from "../../infra/settings/settings.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Moto, motoThere, PYTHON, skipped } from "../aws/moto.ts";
import { HOST } from "../infra/host/example.ts";
import { endGroup } from "../support/process-group.ts";

// The program that says what runs on a server, with AWS's SDK for Python, and moto's Systems Manager and SQS behind it. What
// plays systemd here writes down what it is told.

const any = { command: ["x"], stopSeconds: 5, memoryMiB: 512 };
const PROCESSES: Process[] = [
  { ...any, name: "nightly", kind: "job", schedule: "rate(1 day)", timeoutSeconds: 60 },
  { ...any, name: "worker", kind: "worker", count: 2, follows: "stable" },
  { ...any, name: "bus", kind: "worker", count: 1, follows: "traffic" },
];

describe.skipIf(!motoThere)(`${skipped}which of the app's processes run on a server`, () => {
  let moto: Moto;
  const servers: Running[] = [];
  let queue: string;
  const follow = (what: string, Value: string) =>
    call(moto.endpoint, "ssm", "AmazonSSM.PutParameter", {
      ...{ Name: `/rollout/production/${what}`, Type: "String", Overwrite: true, Value },
    });
  const sqs = (verb: string, more: object) =>
    call(moto.endpoint, "sqs", `AmazonSQS.${verb}`, { ...(queue && { QueueUrl: queue }), ...more });
  const send = (due: string) => sqs("SendMessage", { MessageGroupId: "nightly", MessageBody: due });
  const waiting = async () => {
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    const { Attributes = {} } = await sqs("GetQueueAttributes", { AttributeNames });
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };

  beforeAll(async () => {
    moto = await Moto.start();
    const made = await sqs("CreateQueue", {
      QueueName: jobQueue("production", "nightly"),
      Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true" },
    });
    queue = made.QueueUrl;
    await follow("stable", "blue");
    await follow("traffic", "blue,green");
    for (const track of ["blue", "blue", "green"]) servers.push(await startServer(moto.endpoint, track));
  });
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.remove()));
    await moto?.stop();
  });

  test("is what the parameters say, and changes with them", async () => {
    const [blue, , green] = servers as [Running, Running, Running];
    const all = ["rollout-process-bus@1", "rollout-process-worker@1", "rollout-process-worker@2"];
    await expect.poll(blue.running, { timeout: 20_000 }).toEqual(all);
    await expect.poll(green.running, { timeout: 20_000 }).toEqual(all.slice(0, 1));
    await follow("stable", "green");
    await follow("traffic", "green");
    await expect.poll(green.running, { timeout: 20_000 }).toEqual(all);
    await expect.poll(blue.running, { timeout: 20_000 }).toEqual([]);
    await follow("stable", "blue");
    await follow("traffic", "blue,green");
    await expect.poll(blue.running, { timeout: 20_000 }).toEqual(all);
  });

  test("a job runs on one server of the track, once, though Scheduler says so twice", async () => {
    await send("2026-11-29T03:00:00Z");
    await send("2026-11-29T03:00:00Z");
    const runs = () => servers.flatMap((each) => each.jobs().map(() => each.track));
    await expect.poll(runs, { timeout: 40_000 }).toEqual(["blue"]);
    await expect.poll(waiting, { timeout: 40_000 }).toBe(0);
    expect(runs()).toEqual(["blue"]);
  });

  test("one that was due several times while nobody was there runs once", async () => {
    // A parameter is never empty.
    await follow("stable", "none");
    await expect.poll(servers[0]!.running, { timeout: 20_000 }).toEqual(["rollout-process-bus@1"]);
    // Whoever still asks has asked, by then.
    await new Promise((resolve) => setTimeout(resolve, 22_000));
    for (const hour of ["04", "05", "06"]) await send(`2026-11-29T${hour}:00:00Z`);
    await follow("stable", "green");
    await expect.poll(() => servers[2]!.jobs().length, { timeout: 40_000 }).toBe(1);
    await expect.poll(waiting, { timeout: 40_000 }).toBe(0);
    expect(servers.map((each) => each.jobs().length).toSorted()).toEqual([0, 1, 1]);
  });

  test("restarts and failures are counted", async () => {
    servers[2]!.restart("rollout-process-worker@1", 3);
    servers[2]!.failJobs();
    await send("2026-11-29T07:00:00Z");
    const client = new CloudWatchClient({ region: HOST.region, endpoint: moto.endpoint });
    const counted = async () => {
      const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: "Rollout/Processes" }));
      return Metrics.map(({ MetricName, Dimensions = [] }) =>
        [MetricName, ...Dimensions.map(({ Value }) => Value)].join(" "),
      );
    };
    await expect
      .poll(counted, { timeout: 40_000 })
      .toEqual(
        expect.arrayContaining(["ProcessRestarts production worker green", "JobFailed production nightly"]),
      );
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  });

  test("a server that is told to go ends what it has, and a job that is cut short is another's", async () => {
    const [, , green] = servers as [Running, Running, Running];
    green.failJobs();
    green.hang();
    await send("2026-11-29T08:00:00Z");
    const before = green.jobs().length;
    await expect.poll(() => green.jobs().length, { timeout: 40_000 }).toBe(before + 1);
    green.goes();
    await expect.poll(green.running, { timeout: 20_000 }).toEqual([]);
    await follow("stable", "blue");
    const others = () => servers.slice(0, 2).reduce((sum, each) => sum + each.jobs().length, 0);
    await expect.poll(others, { timeout: 60_000 }).toBe(2);
  });
});

/** A call in the JSON protocol, for there is no client for SQS here. The region is in what would be the signature. */
async function call(endpoint: string, service: string, target: string, content: object) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${HOST.region}/${service}/aws4_request`,
    },
    body: JSON.stringify(content),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

type Running = Awaited<ReturnType<typeof startServer>>;

/** A server's agent, with a metadata service and a systemctl of its own. */
async function startServer(endpoint: string, track: string) {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  const [order, agent] = processAgent({ ...HOST, track, app: { ...HOST.app, processes: PROCESSES } });
  writeFileSync(join(folder, "processes.json"), order!.content);
  writeFileSync(join(folder, "agent.py"), agent!.content);
  mkdirSync(join(folder, "units"));
  writeFileSync(join(folder, "systemctl"), SYSTEMCTL, { mode: 0o755 });
  let lifecycle = "InService";
  const port = await freePort();
  const metadata: Server = createServer((request, response) => {
    response.end(request.url?.endsWith("target-lifecycle-state") ? lifecycle : "i-0123456789abcdef0");
  }).listen(port, "127.0.0.1");
  const child: ChildProcess = spawn(PYTHON, ["-u", join(folder, "agent.py")], {
    env: {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      FOLDER: folder,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ROLLOUT_ETC: folder,
      ROLLOUT_EVERY: "0.5",
      ROLLOUT_IMDS: `http://127.0.0.1:${port}`,
    },
    stdio: ["ignore", "inherit", "inherit"],
    // A group of its own: what the agent has just started must end with it, or it still writes while the folder goes.
    detached: true,
  });
  const lines = (name: string) => {
    try {
      return readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  };
  return {
    track,
    running: () => lines("running").toSorted(),
    jobs: () => lines("jobs"),
    restart: (unit: string, times: number) => writeFileSync(join(folder, "units", unit), String(times)),
    failJobs: () => writeFileSync(join(folder, "fails"), ""),
    hang: () => writeFileSync(join(folder, "hangs"), ""),
    goes() {
      lifecycle = "Terminated";
    },
    async remove() {
      await endGroup(child.pid!);
      metadata.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SYSTEMCTL = `#!/bin/bash
verb=$1
shift
cd "$FOLDER"
exec 9>lock
case $verb in
show)
  for last; do :; done
  cat "units/$last" 2>/dev/null || echo 0
  ;;
start | stop)
  for unit; do
    if [[ $unit == --* ]]; then continue; fi
    if [[ $unit == *nightly ]]; then
      if [[ $verb == stop ]]; then rm -f hangs; continue; fi
      echo "$unit" >>jobs
      while [[ -e hangs ]]; do sleep 0.2; done
      if [[ -e fails ]]; then exit 1; fi
      continue
    fi
    flock 9
    touch running
    grep -vx "$unit" running >next
    if [[ $verb == start ]]; then echo "$unit" >>next; fi
    mv next running
    flock -u 9
  done
  ;;
esac
`;
