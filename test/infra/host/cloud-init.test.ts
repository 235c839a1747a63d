import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cloudInit, filesText, hostFiles } from "../../../infra/host/cloud-init.ts";
import { HOST } from "./example.ts";

interface WriteFile {
  path: string;
  content: string;
  permissions?: string;
}
const text = filesText(HOST);
const document = parse(text) as { write_files: WriteFile[] };
const PLACE = {
  region: "eu-south-2",
  bucket: "production-servers-1a2b3c4",
  key: "blue.yaml",
  version: "3HL4kqtJlcpXroDTDmjVBH40Nrjfkd",
  digest: createHash("sha256").update(text).digest("hex"),
};
const userData = parse(cloudInit(HOST.app, PLACE)) as {
  write_files: WriteFile[];
  packages: string[];
  runcmd: string[][];
};
const fileAt = (path: string) => document.write_files.find((file) => file.path === path)!;

describe("the servers' files", () => {
  it("is a cloud-config with every file, each once", () => {
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    const paths = document.write_files.map(({ path }) => path);
    expect(paths).toEqual(hostFiles(HOST).map(({ path }) => path));
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("is the same for the same settings, byte for byte", () => {
    expect(filesText(structuredClone(HOST))).toBe(text);
  });

  it("says nothing of comments, and keeps what nginx reads", () => {
    const conf = fileAt("/etc/nginx/nginx.conf").content;
    expect(conf).not.toMatch(/^\s*#/m);
    expect(conf).toContain("keepalive_timeout 80s;");
  });

  const scripts = document.write_files.filter(({ content }) => content.startsWith("#!"));
  it("has its scripts executable, and starts by one of them", () => {
    expect(scripts.length).toBeGreaterThanOrEqual(4);
    for (const { permissions } of scripts) expect(permissions).toBe("0755");
    // User data brings the first, which brings the second.
    expect(userData.write_files.map(({ path }) => path)).toEqual([userData.runcmd[0]![0]]);
    expect(scripts.map(({ path }) => path)).toContain(userData.runcmd[1]![0]);
  });

  const isBash = ({ content }: (typeof scripts)[number]) => content.startsWith("#!/bin/bash");
  it.each(scripts.filter((script) => !isBash(script)))("has sound Python in $path", ({ content }) => {
    expect(content).toMatch(/^#!\/usr\/bin\/python3 -u\n/);
    const { stderr } = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
      input: content,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
  });

  it.each(scripts.filter(isBash))("has sound bash in $path", ({ content }) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: content, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(content).toMatch(/^#!\/bin\/bash\nset -euo pipefail\n/);
  });

  it("has sound JSON for the agent, with a stream for each server of the track", () => {
    const agent = JSON.parse(fileAt("/etc/rollout/agent.json").content);
    const shipped = agent.logs.logs_collected.files.collect_list;
    expect(shipped[0]).toEqual({
      file_path: "/var/log/nginx/access.log",
      log_group_name: "/rollout/production/nginx",
      log_stream_name: "blue/{instance_id}",
    });
  });

  it("limits the container and shows it to nobody but nginx", () => {
    const unit = fileAt("/etc/systemd/system/rollout-app.service").content;
    for (const option of [
      "--cpus 1.5",
      "--memory 2560m --memory-swap 2560m",
      "--read-only",
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--publish 127.0.0.1:8000:8000",
      "--log-opt awslogs-stream=blue/${INSTANCE_ID}",
      "Restart=always",
    ]) {
      expect(unit).toContain(option);
    }
  });

  it("opens of the container what the settings name, for a migration too", () => {
    const app = {
      ...HOST.app,
      migrate: ["upgrade"],
      entrypoint: "env",
      user: "1000:1000",
      writable: ["/app/uploads", "/home/node/.pm2"],
      readOnly: false,
      tmpMiB: 512,
    };
    const unit = hostFiles({ ...HOST, app }).find(({ path }) =>
      path.endsWith("rollout-app.service"),
    )!.content;
    const [, container = ""] = /^Environment="CONTAINER=(.*)" IMAGE=/m.exec(unit)!;
    for (const option of [
      "--tmpfs /tmp:rw,noexec,nosuid,size=512m --volume /app/uploads --volume /home/node/.pm2 --cap-drop ALL",
      "--user 1000:1000",
      "--entrypoint env",
    ])
      expect(container).toContain(option);
    expect(unit).not.toContain("--read-only");
    const usual = fileAt("/etc/systemd/system/rollout-app.service").content;
    expect(usual).not.toMatch(/--user|--entrypoint/);
  });

  it("gives the app its own time to start and to end", () => {
    const app = { ...HOST.app, startTimeout: "10m" as const, stopTimeout: "90s" as const };
    const contentOf = (name: string) =>
      hostFiles({ ...HOST, app }).find(({ path }) => path.endsWith(name))?.content;
    expect(contentOf("rollout-app.service")).toMatch(/docker stop --time 90 .*\nTimeoutStopSec=105\n/);
    expect(contentOf("rollout-boot")).toContain("((SECONDS > 1080))");
  });

  it("starts the container by the app's own command, on the app's own port", () => {
    const app = { ...HOST.app, port: 5000, command: ["mlflow", "server", "--host=0.0.0.0", "it's one word"] };
    const contentOf = (name: string) =>
      hostFiles({ ...HOST, app }).find(({ path }) => path.endsWith(name))?.content ?? "";
    expect(contentOf("rollout-app.service")).toContain(
      `${HOST.image} "mlflow" "server" "--host=0.0.0.0" "it's one word"\n`,
    );
    expect(contentOf("rollout-app.service")).toContain("--publish 127.0.0.1:8000:5000 ");
    expect(contentOf("app.env.template")).toContain("\nPORT=5000\n");
  });

  it("opens the host's firewall to the balancer's network alone", () => {
    const boot = fileAt("/usr/local/sbin/rollout-boot").content;
    expect(boot).toContain("ufw default deny incoming");
    expect(boot.match(/ufw (allow|limit) .*/g)).toEqual([
      "ufw allow proto tcp from 10.30.0.0/16 to any port 443",
      "ufw limit 22/tcp",
      "ufw allow in on docker0 proto tcp to any port 2772",
      "ufw allow in on docker0 proto tcp to 169.254.170.2 port 2773",
    ]);
    // The service is announced last, once everything before has worked.
    expect(boot.trim().split("\n").slice(-6)).toEqual([
      "firewall",
      "tools",
      "agent",
      "serve",
      "answer",
      "report",
    ]);
  });

  it("runs AppConfig's agent, pinned, where only the server itself and the app's container reach it", () => {
    const unit = fileAt("/etc/systemd/system/rollout-flags.service").content;
    for (const part of [
      "--network host",
      "--cap-drop ALL",
      "--env HTTP_PORT=2772",
      "--env SERVICE_REGION=eu-south-2",
      "--env PREFETCH_LIST=/applications/rollout-production/environments/production/configurations/flags",
      "Restart=always",
    ]) {
      expect(unit).toContain(part);
    }
    expect(unit).toMatch(/ public\.ecr\.aws\/aws-appconfig\/aws-appconfig-agent:2\.x@sha256:[0-9a-f]{64}\n/);
    const app = fileAt("/etc/systemd/system/rollout-app.service").content;
    expect(app).toContain("--add-host appconfig-agent:host-gateway");
    // A server whose agent doesn't come serves with its flags at their defaults.
    expect(app).toContain("Wants=network-online.target rollout-flags.service");
  });

  it("leaves flags out where there are none", () => {
    const without = filesText({ ...HOST, flags: undefined });
    expect(without).not.toContain("flags");
  });
});
