import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** The real nginx, on the PATH or where Debian keeps it; undefined where there is none. */
export const NGINX = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin"]
  .map((folder) => path.join(folder, "nginx"))
  .find((file) => existsSync(file));

export interface NginxFolder {
  folder: string;
  port: number;
  /** Standard error of `nginx -t`; throws when nginx refuses the configuration. */
  check(): void;
  /** Starts it and resolves when it accepts connections; {@link remove} stops it. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Lays out a folder as on a server, with a `machine/` of its own: loopback, a free port, paths in the folder. */
export async function nginxFolder(conf: string, appPort: number): Promise<NginxFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), "rollout-nginx-"));
  const port = await freePort();
  mkdirSync(path.join(folder, "machine"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const files = {
    "nginx.conf": conf,
    // As its own user it couldn't read the folder.
    "machine/main.conf": `${process.getuid?.() === 0 ? "user root;\n" : ""}pid ${folder}/nginx.pid;\nerror_log ${folder}/error.log warn;\n`,
    "machine/http.conf":
      `access_log ${folder}/access.log track;\nset_real_ip_from 127.0.0.0/8;\n` +
      temporary.map((name) => `${name}_temp_path ${folder}/${name};\n`).join(""),
    "machine/long.conf": `access_log ${folder}/long.log long if=$long;\n`,
    "machine/listen.conf": `listen 127.0.0.1:${port} ssl http2;\nssl_certificate host.crt;\nssl_certificate_key host.key;\n`,
    "machine/upstream.conf": `server 127.0.0.1:${appPort};\n`,
    "machine/assets.conf": `root ${folder}/assets;\n`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost";
  execFileSync("openssl", [...request.split(" "), "-keyout", "host.key", "-out", "host.crt"], {
    cwd: folder,
    stdio: "ignore",
  });

  const args = ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`];
  let running: ChildProcess | undefined;
  return {
    folder,
    port,
    check: () => execFileSync(NGINX!, ["-t", ...args], { stdio: "pipe" }),
    async start() {
      running = spawn(NGINX!, [...args, "-g", "daemon off;"], { stdio: "ignore" });
      for (let tries = 0; tries < 100 && !existsSync(`${folder}/nginx.pid`); tries++) await pause(50);
    },
    async remove() {
      if (running) {
        const ended = new Promise((resolve) => running!.once("exit", resolve));
        running.kill("SIGTERM");
        await ended;
      }
      rmSync(folder, { recursive: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
