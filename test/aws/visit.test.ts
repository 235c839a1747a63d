import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { SESSION_DOCUMENT } from "../../rollout/visit/aws/session.ts";
import { runScript } from "../rehearsal/back-in-time.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { type Container, DockerDaemon } from "./docker-daemon.ts";
import { type Answering, json } from "./front.ts";
import { motoThere, skipped as withoutMoto } from "./moto.ts";
import { World } from "./world.ts";

const hasDocker = spawnSync("docker", ["--version"]).status === 0;
const skipped = hasDocker ? withoutMoto : "(skipped: there is no docker client on the PATH) ";

const STARTED = "2026-11-29T09:00:00.123456789Z";
const VERSION = "0123456789ab";
const CONTAINERS: Container[] = [
  {
    name: "rollout-app",
    status: "running",
    startedAt: STARTED,
    env: { VERSION, TRACK: "blue", PASSWORD: "geheim99" },
  },
  { name: "rollout-worker-1", status: "restarting", startedAt: STARTED, env: { VERSION, TRACK: "blue" } },
];

// CloudWatch, S3, EC2's groups and Secrets Manager are moto's; Systems Manager runs scripts here, where docker's own
// client asks an engine that is played, and psql and redis-cli real stores.
describe.skipIf(!motoThere || !hasDocker)(
  `${skipped}logs, exec, console and ps --on aws, as a person types them`,
  { timeout: 45_000 },
  () => {
    // Whose stores the servers' are.
    const project = projectCopy();
    let world: World;
    let daemon: DockerDaemon;
    let server: Record<string, string>;
    let bin: string;
    const instances: Record<string, string[]> = {};
    const sessions: Record<string, unknown>[] = [];
    /** It is in service, and its agent doesn't answer. */
    let silent = "";

    beforeAll(async () => {
      await rehearse.up({ ...project, port: await freePort() });
      world = await World.make({});
      daemon = await DockerDaemon.start(CONTAINERS);
      const root = join(world.folder, "server-root");
      const files = join(project.stateDir, "beta/servers/blue-1");
      cpSync(join(files, "app.env"), join(root, "run/rollout/app.env"));
      cpSync(join(files, "etc/tls"), join(root, "etc/rollout/tls"), { recursive: true });
      bin = join(world.folder, "programs");
      mkdirSync(bin);
      server = { PATH: process.env.PATH!, ROLLOUT_ROOT: root, DOCKER_HOST: daemon.host };
      const groups = await new AutoScalingClient({}).send(new DescribeAutoScalingGroupsCommand({}));
      for (const { AutoScalingGroupName = "", Instances = [] } of groups.AutoScalingGroups!)
        instances[/blue|green/.exec(AutoScalingGroupName)![0]] = Instances.map(
          ({ InstanceId }) => InstanceId!,
        ).toSorted();
      silent = instances.green![1]!;
      world.front.answering.unshift(systemsManager(server, () => silent, sessions));
    }, 120_000);
    afterAll(async () => {
      daemon?.stop();
      await world?.remove();
      await removeCopies();
    });

    const type = (words: string[], after: string[] = []) =>
      world.start([...words, ...(after.length > 0 ? ["--", ...after] : [])], "now").ended;

    test("ps tells of each server what its containers are, and of one that is silent that nobody knows", async () => {
      const { code, stdout, stderr } = await type(["ps", "--json"]);
      expect(code, stderr).toBe(0);
      const { processes } = JSON.parse(stdout);
      const [first] = instances.blue!.toSorted();
      expect(processes.filter((each: { server: string }) => each.server === first)).toEqual([
        {
          process: "app",
          track: "blue",
          server: first,
          version: VERSION,
          state: "running",
          since: "2026-11-29T09:00:00.123Z",
        },
        {
          process: "worker-1",
          track: "blue",
          server: first,
          version: VERSION,
          state: "restarting",
          since: null,
        },
      ]);
      expect(processes.find((each: { server: string }) => each.server === silent)).toEqual({
        process: "app",
        track: "green",
        server: silent,
        version: null,
        state: "unknown (Systems Manager doesn't reach it)",
        since: null,
      });
      expect(JSON.stringify(world.front.calls)).not.toContain("geheim99");
    });

    test("exec runs in the container, ends with the command's exit code, and is in the journal", async () => {
      const words = ["sh", "-c", `echo "it's $TRACK"; echo PASSWORD=$PASSWORD >&2; exit 3`];
      const { code, stdout, stderr } = await type(["exec", "--track", "blue"], words);
      expect([code, stdout]).toEqual([3, "it's blue\n"]);
      expect(stderr).toContain("PASSWORD=geheim99\n");
      expect((await world.journal()).at(-1)).toMatchObject({
        kind: "visit",
        verb: "exec",
        server: instances.blue!.find((each) => each !== silent),
        command: expect.stringMatching(/^sh -c '.*exit 3'$/),
        by: expect.stringMatching(/@/),
      });
      expect(JSON.stringify(await world.journal())).not.toContain("geheim99");
    });

    test("exec says where the command didn't run", async () => {
      const green = await type(["exec", "--server", silent], ["true"]);
      expect([green.code, green.stderr]).toEqual([1, expect.stringContaining(`app on ${silent} is unknown`)]);
    });

    test("console is psql and redis-cli on the server, logged in as the app is", async () => {
      const query = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
      const psql = await type(["console", "database", "--track", "blue"], ["-qAtc", query]);
      expect([psql.code, psql.stdout], psql.stderr).toEqual([0, expect.stringMatching(/^TLSv1/)]);
      const bad = await type(["console", "database", "--track", "blue"], ["-c", "SELECT 1/0"]);
      expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining("division by zero")]);
      const redis = await type(["console", "cache", "--track", "blue"], ["ping"]);
      expect([redis.code, redis.stdout], redis.stderr).toEqual([0, "PONG\n"]);
      const urls = readFileSync(join(server.ROLLOUT_ROOT!, "run/rollout/app.env"), "utf8").matchAll(
        /_URL=(.*)/g,
      );
      const passwords = [...urls].map(([, url]) => new URL(url!).password).filter(Boolean);
      expect(passwords.length).toBeGreaterThanOrEqual(2);
      for (const password of passwords) expect(JSON.stringify(world.front.calls)).not.toContain(password);
    });

    test("a shell is a session of Session Manager's, by AWS's own CLI", async () => {
      const plugin = join(bin, "session-manager-plugin");
      writeFileSync(plugin, `#!/bin/sh\necho "$@" >'${bin}/plugin'\nexit 0\n`);
      chmodSync(plugin, 0o755);
      const path = process.env.PATH;
      // Debian's knows no AWS_ENDPOINT_URL.
      const aws = execFileSync("sh", ["-c", "command -v aws"], { encoding: "utf8" }).trim();
      const there = `#!/bin/sh\nexec '${aws}' --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`;
      writeFileSync(join(bin, "aws"), there, { mode: 0o755 });
      process.env.PATH = [bin, path].join(delimiter);
      const said = await type(["exec", "--track", "blue"]).finally(() => {
        process.env.PATH = path;
      });
      expect(said.code, said.stderr).toBe(0);
      const [session] = sessions;
      expect(session).toMatchObject({ Target: instances.blue![0], DocumentName: SESSION_DOCUMENT });
      const { command } = (session as { Parameters: { command: string[] } }).Parameters;
      expect(command).toHaveLength(1);
      // As the agent runs it, with a sudo that is root already; the engine that is played knows no terminal.
      writeFileSync(join(bin, "sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
      const asked = await runScript(
        { ...server, PATH: [bin, server.PATH].join(delimiter) },
        command[0]!.replace("--interactive --tty ", ""),
      );
      expect(asked).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(readFileSync(join(bin, "plugin"), "utf8")).toContain("session-1");
      expect((await world.journal()).at(-1)).toMatchObject({ verb: "exec", command: "sh" });
    });

    test("logs reads the group that the stack says, in order, without secrets and what a terminal obeys", async () => {
      const client = new CloudWatchLogsClient({});
      const group = "/rollout/beta/app";
      await client.send(new CreateLogGroupCommand({ logGroupName: group }));
      const put = async (logStreamName: string, ...lines: [number, string][]) => {
        await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName })).catch(() => {});
        const logEvents = lines.map(([ago, message]) => ({ timestamp: Date.now() - ago, message }));
        await client.send(new PutLogEventsCommand({ logGroupName: group, logStreamName, logEvents }));
      };
      const [name] = Object.values(world.outputs.secretNames as Record<string, string>);
      const { SecretString } = await new SecretsManagerClient({}).send(
        new GetSecretValueCommand({ SecretId: name }),
      );
      const [blue] = instances.blue!;
      await put(
        `blue/${blue}`,
        [3_600_000, "an hour ago"],
        [60_000, "first"],
        [20_000, `it is ${SecretString}`],
      );
      await put(`blue/worker-1/${blue}`, [40_000, "second \u001b[2J"]);
      await put(`green/${instances.green![0]}`, [30_000, "third"]);
      const { code, stdout, stderr } = await type(["logs"]);
      expect(code, stderr).toBe(0);
      expect(stdout.split("\n").map((line) => line.slice(21))).toEqual([
        `blue ${blue} app | first`,
        `blue ${blue} worker-1 | second \\u001b[2J`,
        `green ${instances.green![0]} app | third`,
        `blue ${blue} app | it is (secret)`,
        "",
      ]);
      const worker = await type(["logs", "--track", "blue", "--process", "worker", "--since", "2h"]);
      expect(worker.stdout.split("\n").filter(Boolean)).toHaveLength(1);

      const following = world.start(["logs", "--follow", "--since", "1s"], "now");
      let said = "";
      following.process.stdout!.on("data", (bytes) => (said += bytes));
      const isIn = async () => JSON.stringify(await world.journal());
      await expect.poll(isIn, { timeout: 30_000 }).toContain("--follow");
      await put(`green/${instances.green![0]}`, [0, "while it follows"]);
      await expect.poll(() => said, { timeout: 30_000 }).toContain("while it follows");
      following.process.kill("SIGINT");
      expect((await following.ended).code).toBe(0);
      expect(said.match(/while it follows/g)).toHaveLength(1);
    });

    test("nothing that AWS doesn't know was asked", () => {
      expect(world.front.unknown).toEqual([]);
    });
  },
);

/** Scripts run here, as a server's agent runs them; sessions are noted. */
function systemsManager(
  server: Record<string, string>,
  silent: () => string,
  sessions: Record<string, unknown>[],
): Answering {
  const commands = new Map<string, Awaited<ReturnType<typeof runScript>>>();
  return async ({ name, body }) => {
    if (name === "StartSession") {
      sessions.push(JSON.parse(body));
      return json({
        SessionId: `session-${sessions.length}`,
        TokenValue: "token",
        StreamUrl: "wss://example.com",
      });
    }
    if (name === "SendCommand") {
      const { InstanceIds, DocumentName, Parameters } = JSON.parse(body);
      expect(DocumentName).toBe("AWS-RunShellScript");
      if (InstanceIds.includes(silent()))
        return { json: true, status: 400, body: JSON.stringify({ __type: "InvalidInstanceId" }) };
      const CommandId = `${commands.size + 1}`.padStart(36, "0");
      commands.set(CommandId, await runScript(server, Parameters.commands.join("\n")));
      return json({ Command: { CommandId } });
    }
    if (name !== "GetCommandInvocation") return undefined;
    const { code, stdout, stderr } = commands.get(JSON.parse(body).CommandId)!;
    return json({
      Status: code === 0 ? "Success" : "Failed",
      ResponseCode: code,
      StandardOutputContent: stdout.slice(0, 24_000),
      StandardErrorContent: stderr.slice(0, 24_000),
    });
  };
}
