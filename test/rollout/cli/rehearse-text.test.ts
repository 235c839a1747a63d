import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { statusText, upText } from "../../../rollout/cli/rehearse/rehearse-text.ts";
import type { Status } from "../../../rollout/platforms/rehearsal/index.ts";

function status(healthy: { blue: boolean[]; green: boolean[] }, real = { blue: 90, green: 10 }): Status {
  const server = (track: string) => (isHealthy: boolean, index: number) => ({
    id: `${track}-${index + 1}`,
    track,
    version: "1",
    port: 1,
    pids: { nginx: 2, app: 3 },
    healthy: isHealthy,
  });
  return {
    stack: "beta",
    url: "https://127.0.0.1:8443",
    caFile: "ca.pem",
    domain: "beta.example.com",
    port: 8443,
    asked: real,
    real,
    maintenance: false,
    unreadable: [],
    processes: [],
    servers: [...healthy.blue.map(server("blue")), ...healthy.green.map(server("green"))],
    database: { port: 1, pid: 4 },
    balancer: { port: 8443, pid: 5 },
    logs: "logs",
  };
}

it("what it has typed is typed as it is, in whatever folder", () => {
  const caFile = "/it's a folder/$HOME/ca.pem";
  const up = upText({ ...status({ blue: [true], green: [true] }), caFile });
  for (const hint of up.match(/curl .*/g)!) {
    const words = spawnSync("sh", ["-c", `curl() { printf '%s\\n' "$@"; }; ${hint}`], { encoding: "utf8" });
    expect(words.stdout.split("\n").slice(0, 2)).toEqual(["--cacert", caFile]);
  }
  expect(upText(status({ blue: [true], green: [true] }))).toContain("--cacert ca.pem ");
});

it("a stack is up when each track that has users has somebody to answer them", () => {
  expect(statusText(status({ blue: [true, false], green: [true] }))).toMatch(/^beta is up: /);
});

it("it isn't when its processes run, and none of a track's servers is well", () => {
  const lines = statusText(status({ blue: [false, false], green: [true] })).split("\n");
  expect(lines.slice(0, 2)).toEqual([
    "beta is partly down: https://127.0.0.1:8443",
    "nobody serves blue: 90 % of the users get 502 or 503",
  ]);
});

it("a track without users may be away", () => {
  expect(statusText(status({ blue: [true], green: [] }, { blue: 100, green: 0 }))).toMatch(/^beta is up: /);
});

it("says which track keeps its sessions without users of its own", () => {
  const left = status({ blue: [true], green: [true] }, { blue: 0, green: 100 });
  expect(statusText({ ...left, draining: "blue" }).split("\n")).toContain("drains: blue keeps its sessions");
  expect(statusText(left)).not.toContain("drains");
});

it("says who is led where, and that nobody serves them there", () => {
  const led = {
    ...status({ blue: [true], green: [true] }, { blue: 100, green: 0 }),
    cohorts: { pilots: "green" },
  };
  expect(statusText(led)).toMatch(/^beta is up: [\s\S]*\nled: pilots to green\n/);
  const lines = statusText({ ...led, servers: led.servers.filter(({ track }) => track === "blue") }).split(
    "\n",
  );
  expect(lines.slice(0, 2)).toEqual([
    "beta is partly down: https://127.0.0.1:8443",
    "nobody serves green: the cohort pilots gets 502 or 503",
  ]);
  expect(statusText({ ...led, cohorts: {} })).not.toContain("led:");
});

it("says of workers and jobs which version of them runs, since when, how often it had to be started again, and what comes next", () => {
  const worker = { name: "worker", kind: "worker", track: "green", version: "b" } as const;
  const job = { name: "clean", kind: "job", track: "blue", version: "a", schedule: "rate(1 day)" } as const;
  const processes: Status["processes"] = [
    { ...job, since: undefined, next: "2099-01-01T03:00:00.000Z" },
    { ...job, name: "late", since: "2020-01-01T03:00:00.000Z", next: "2020-01-02T03:00:00.000Z" },
    { ...worker, running: 2, ending: 1, since: "2020-01-01T03:00:05.000Z", restarts: 1 },
  ];
  const text = statusText({ ...status({ blue: [true], green: [true] }), processes });
  expect(
    text
      .replaceAll(/\d+ d\)/g, "N d)")
      .split("\n")
      .slice(-5, -1),
  ).toEqual([
    "  process  track  version  state",
    "  clean    blue   a        next run at 2099-01-01T03:00Z, rate(1 day)",
    "  late     blue   a        runs since 2020-01-01T03:00:00Z (N d), next run due, rate(1 day)",
    "  worker   green  b        2 running, 1 ending since 2020-01-01T03:00:05Z (N d), 1 restart",
  ]);
});
