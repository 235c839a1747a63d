import { expect, test } from "vitest";
import { hostFiles } from "../../../infra/host/cloud-init.ts";
import { nginxConf } from "../../../infra/host/nginx.ts";
import { HOST } from "./example.ts";

// What users and operators rely on of a server, as it stands in its files. The reason is in the first column.

const files = hostFiles(HOST);
const texts: Record<string, string> = {
  "nginx.conf": nginxConf(HOST),
  ...Object.fromEntries(files.map(({ path, content }) => [path.split("/").at(-1)!, content])),
};
/** The text of a file by the end of its path; all of them where there is none of that name. */
const textOf = (file: string) =>
  texts[file] ?? expect.fail(`no ${file}; there are ${Object.keys(texts).join(", ")}`);

test.each<[string, string, string]>([
  ["a silent app is given up before the balancer gives up", "nginx.conf", "proxy_read_timeout 60s;"],
  ["a body that stops coming is, too", "nginx.conf", "proxy_send_timeout 60s;"],
  ["an app that isn't there is noticed at once", "nginx.conf", "proxy_connect_timeout 2s;"],
  ["the balancer closes kept connections first", "nginx.conf", "keepalive_timeout 80s;"],
  ["and is the one that gives up on clients", "nginx.conf", "client_header_timeout 80s;"],
  ["what is open at a reload may end", "nginx.conf", "worker_shutdown_timeout 60s;"],
  ["large headers are the balancer's to refuse", "nginx.conf", "large_client_header_buffers 8 20k;"],
  ["an answer's headers may be as large as an ALB lets them", "nginx.conf", "proxy_buffer_size 36k;"],
  ["one address may ask as often as configured", "nginx.conf", "rate=150r/m;"],
  ["more is told so, and when to come again", "nginx.conf", "limit_req_status 429;"],
  ["a body may be as large as configured", "nginx.conf", "client_max_body_size 10m;"],
  ["browsers stay with HTTPS for two years", "nginx.conf", "max-age=63072000"],
  ["connections to the app are kept", "nginx.conf", "keepalive 64;"],
])("%s", (_, file, line) => {
  expect(textOf(file)).toContain(line);
});

test("the app ends within half a minute and comes back after five seconds", () => {
  const unit = files.map(({ content }) => content).find((content) => content.includes("docker stop"))!;
  for (const line of [
    "docker stop --time 30",
    "TimeoutStopSec=45",
    "TimeoutStartSec=600",
    "RestartSec=5",
    "--cpus 1.5 --memory 2560m --memory-swap 2560m --pids-limit 512",
    "--read-only --tmpfs /tmp:rw,noexec,nosuid,size=64m",
  ])
    expect(unit).toContain(line);
});

test("a server's own certificate is renewed ten days before its ninety are over", () => {
  const script = files.map(({ content }) => content).find((content) => content.includes("openssl req"))!;
  expect(script).toContain(`-checkend ${10 * 24 * 3600}`);
  expect(script).toContain("-days 90");
});

test("a server that doesn't answer in ten minutes isn't let in", () => {
  const script = files
    .map(({ content }) => content)
    .find((content) => content.includes("rollout-boot: no answer"))!;
  // Within the hook's 15 minutes.
  expect(script).toContain("((SECONDS > 600))");
  expect(script).toContain("sleep 5");
  expect(script).toContain("--max-time 4");
});
