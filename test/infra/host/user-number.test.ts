import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nginxConf } from "../../../infra/host/nginx.ts";
import { HOST } from "./example.ts";
import { NGINX, type NginxFolder, nginxFolder } from "./real-nginx.ts";

// Which number a user has, whom the app names: asked of real nginx by curl.

const run = promisify(execFile);

describe.skipIf(!NGINX)("the number of a user", () => {
  /** Names who is in the query; answers what the query says. */
  const app = createServer((asked, answer) => {
    const query = new URL(asked.url ?? "/", "http://app").searchParams;
    const [id, status, kept] = ["id", "status", "kept"].map((key) => query.get(key));
    if (id) answer.setHeader("X-Rollout-User", id);
    if (kept) answer.setHeader("Cache-Control", kept);
    answer.writeHead(Number(status ?? 200)).end("it serves");
  });
  const servers: NginxFolder[] = [];
  beforeAll(async () => {
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    const hosts = [
      HOST,
      { ...HOST, track: "green", version: "89abcdef0123", stickiness: "none" as const },
      { ...HOST, proxies: ["203.0.113.0/24"] },
    ];
    for (const host of hosts) {
      const conf = nginxConf({ ...host, requestsPerMinute: 1_000_000 });
      servers.push(await nginxFolder(conf, (app.address() as AddressInfo).port));
    }
    await Promise.all(servers.map((each) => each.start()));
  });
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.remove()));
    app.close();
  });

  /** The headers of each path's answer. */
  async function curl(server: number, paths: readonly string[], ...options: string[]): Promise<string[]> {
    const { port } = servers[server]!;
    const urls = paths.flatMap((path) => ["-o", "/dev/null", `https://127.0.0.1:${port}${path}`]);
    const { stdout } = await run("curl", ["-ksS", "-D", "-", ...options, ...urls], { maxBuffer: 1e8 });
    return stdout.split("\r\n\r\n").slice(0, paths.length);
  }
  const numberIn = (headers: string) => /^set-cookie: rollout-user=([^;]*)/im.exec(headers)?.[1];
  const numbers = async (server: number, ids: readonly string[]) =>
    (
      await curl(
        server,
        ids.map((id) => `/?id=${encodeURIComponent(id)}`),
      )
    ).map(numberIn);

  it("comes from the id alone: each server of each track gives the same, for a year, and the id goes no further", async () => {
    const ids = ["7", "ann@example.com", "3f0e8c9a-5b1d-4e8e-9d43-6a2b1c0d9e8f", "Zoë", "a b;c"];
    const told = await numbers(0, ids);
    for (const number of told) expect(number).toMatch(/^\d\d$/);
    expect(await numbers(1, ids)).toEqual(told);
    const [headers = ""] = await curl(0, ["/?id=7"]);
    expect(headers).toContain(
      `rollout-user=${told[0]}; Max-Age=31536000; Path=/; Secure; HttpOnly; SameSite=None`,
    );
    expect(headers).not.toMatch(/x-rollout-user/i);
  });

  it("is spread evenly over ids that differ by their last letter alone", async () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `user-${index}`);
    const told: (string | undefined)[] = [];
    for (let from = 0; from < ids.length; from += 500)
      told.push(...(await numbers(0, ids.slice(from, from + 500))));
    const share = (percent: number) => told.filter((number) => Number(number) < percent).length / ids.length;
    // Beyond five standard deviations, of the binomial: once in two million, and these ids are always the same.
    for (const percent of [1, 5, 10, 20, 25, 50, 75, 90])
      expect(Math.abs(share(percent) - percent / 100), `${percent} %`).toBeLessThan(
        5 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / ids.length),
      );
    expect(new Set(told).size).toBe(100);
  });

  it("is told once, and anew when somebody else logs in", async () => {
    const [seven, eight] = await numbers(0, ["7", "8"]);
    expect(seven).not.toBe(eight);
    const asked = async (cookie: string) => numberIn((await curl(0, ["/?id=7"], "-b", cookie))[0]!);
    expect(await asked(`a=b; rollout-user=${seven}; c=d`)).toBeUndefined();
    expect(await asked(`rollout-user=${eight}`)).toBe(seven);
    for (const odd of [`rollout-user=${seven}0`, `xrollout-user=${seven}`, "rollout-user="])
      expect(await asked(odd)).toBe(seven);
  });

  it("isn't told where the app names nobody, with a failure, and with what a cache may hand to others", async () => {
    const told = (server: number, path: string) => curl(server, [path]).then(([each]) => numberIn(each!));
    expect(await told(0, "/")).toBeUndefined();
    expect(await told(0, "/?id=7&status=500")).toBeUndefined();
    expect(await told(0, "/?id=7&status=404")).toBeDefined();
    expect(await told(0, "/?id=7&kept=public")).toBeDefined();
    expect(await told(2, "/?id=7&kept=public")).toBeUndefined();
    expect(await told(2, "/?id=7&kept=no-cache")).toBeDefined();
  });
});
