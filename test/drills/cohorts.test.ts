import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";

// Each kind of cohort through the whole of a stack: config, program, balancer, nginx and an app that says who asks. People type
// the commands, and curl is the users' client, with a jar of cookies for each device.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");

/** Says who asks, once he has said so. */
const SHOP = `
import { createServer } from "node:http";
createServer((asked, answer) => {
  const url = new URL(asked.url, "http://shop");
  const id = url.searchParams.get("user") ?? /(?:^|; )login=([^;]*)/.exec(asked.headers.cookie ?? "")?.[1];
  if (id) answer.setHeader("X-Rollout-User", id);
  if (url.searchParams.has("user")) answer.setHeader("Set-Cookie", "login=" + id + "; Path=/; Secure");
  answer.end("the shop");
}).listen(Number(process.env.PORT), process.env.HOST);
`;

const project = projectCopy({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  domains: [{ name: "acme.example.com" }],
  cohorts: {
    tenants: { header: { name: "x-tenant", values: ["acme"] } },
    plan: { cookie: { name: "plan", values: ["pro"] } },
    names: { host: ["acme.example.com"] },
    parts: { path: ["/acme/*"] },
    office: { network: ["127.0.7.0/24"] },
    some: { users: { percent: 30 } },
  },
  rehearsal: { command: ["{node}", "shop.mjs"] },
  cache: "none",
  plan: {
    steps: [
      { weight: 10, bake: "1h" },
      { weight: 100, bake: "1h" },
    ],
  },
});
const NAMES = ["names", "office", "parts", "plan", "some", "tenants"];
const options = { cwd: project.projectDir, encoding: "utf8" as const, timeout: 60_000, env: TYPING };
const config = () => readFileSync(join(project.projectDir, "Pulumi.beta.yaml"), "utf8");

let status: Status;
beforeAll(async () => {
  writeFileSync(join(project.projectDir, "shop.mjs"), SHOP);
  status = await rehearse.up(project);
});
afterAll(removeCopies);

function rollout(...words: string[]) {
  const { status: code, stdout, stderr } = spawnSync(ROLLOUT, [...words, "--stack", "beta"], options);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** @returns the track that answered */
function curl(path: string, ...words: string[]): string {
  const { port, domain, caFile } = status;
  const name = words.includes("--acme") ? "acme.example.com" : domain;
  const answer = execFileSync(
    "curl",
    [
      ...["-sS", "-o", "/dev/null", "-D", "-", "--cacert", caFile, "--resolve", `${name}:${port}:127.0.0.1`],
      ...words.filter((word) => word !== "--acme"),
      `https://${name}:${port}${path}`,
    ],
    { encoding: "utf8" },
  );
  expect(answer).not.toMatch(/x-rollout-user/i);
  return /^x-track: (\w+)/im.exec(answer)?.[1] ?? answer;
}

const device = (name: string) => join(project.root, `${name}.jar`);
/** As a browser does: it sends what it keeps, and keeps what it gets. */
const browse = (name: string, path = "/") => curl(path, "-b", device(name), "-c", device(name));

/** The last of those that go by number: but for a cohort he is stable's. */
const KNOWN = ["-b", "rollout-bucket=99.red.00000000"];
const KINDS: [cohort: string, path: string, ...words: string[]][] = [
  ["tenants", "/", ...KNOWN, "-H", "X-Tenant: ACME"],
  ["plan", "/", "-b", "rollout-bucket=99.red.00000000; plan=pro"],
  ["names", "/", ...KNOWN, "--acme"],
  ["parts", "/acme/cars", ...KNOWN],
  ["office", "/", ...KNOWN, "--interface", "127.0.7.5"],
];
const tracks = () => KINDS.map(([, path, ...words]) => curl(path, ...words));
const all = (track: string) => KINDS.map(() => track);

it("leads cohorts of each kind, a user on all his devices, and ends them all by a rollback", async () => {
  // Four users with two devices each; a device keeps the session that it has.
  const users = ["ann", "bob", "eve", "kim", "lou", "max", "noa", "tim"];
  const numbers = new Map<string, number>();
  for (const user of users) {
    for (const on of ["phone", "laptop"]) expect(browse(`${user}-${on}`, `/?user=${user}`)).toBe("blue");
    const kept = ["phone", "laptop"].map((on) => readFileSync(device(`${user}-${on}`), "utf8"));
    const told = kept.map((jar) => Number(/rollout-user\t(\d\d)/.exec(jar)?.[1]));
    expect(told[0]).toBe(told[1]);
    numbers.set(user, told[0]!);
  }
  const isIn = (user: string) => numbers.get(user)! < 30;
  expect(users.some(isIn) && !users.every(isIn), JSON.stringify([...numbers])).toBe(true);
  expect(tracks()).toEqual(all("blue"));

  const run = spawn(ROLLOUT, ["run", "--stack", "beta"], { ...options, timeout: 0, stdio: "pipe" });
  const over = once(run, "exit");
  let said = "";
  await new Promise<void>((resolve, reject) => {
    run.stderr.on("data", (data) => {
      said += data;
      if (/read back everywhere: blue 90 green 10/.test(said)) resolve();
    });
    run.once("exit", () => reject(new Error(said)));
  });
  expect(tracks()).toEqual(all("blue"));

  expect(rollout("cohorts", ...NAMES, "--to", "green")).toContain(
    "some: led to green; 30 % of the users\ntenants: led to green; who sends x-tenant: acme\n",
  );
  expect(tracks()).toEqual(all("green"));
  expect(curl("/", ...KNOWN)).toBe("blue");
  for (const user of users)
    for (const on of ["phone", "laptop"])
      expect([user, on, browse(`${user}-${on}`)]).toEqual([user, on, isIn(user) ? "green" : "blue"]);
  expect(rollout("status")).toContain("cohorts: config names to green and office to green");
  // A shift in the middle of a rollout isn't ours to make; what people write is kept.
  expect(config().match(/to: green/g)).toHaveLength(NAMES.length);

  rollout("rollback");
  await over;
  expect(tracks()).toEqual(all("blue"));
  for (const user of users)
    for (const on of ["phone", "laptop"]) expect(browse(`${user}-${on}`)).toBe("blue");
  expect(config()).not.toContain("to: green");
  expect(rollout("cohorts", "--json")).toContain(
    '"some":{"who":"30 % of the users","to":"none","real":"none"}',
  );

  // Nothing brings them back.
  await rehearse.apply(project);
  expect(tracks()).toEqual(all("blue"));
});
