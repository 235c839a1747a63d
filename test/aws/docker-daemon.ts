import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface Container {
  /** Such as `rollout-app`. */
  name: string;
  status: string;
  startedAt: string;
  env: Record<string, string>;
}

/** A folder here in place of an image's root. */
export interface ImageFolder {
  name: string;
  root: string;
  workingDir: string;
}

/**
 * Docker's engine as far as its client asks it for `ps`, `inspect`, `exec`, `create`, `cp` and `rm` (Docker Engine API 1.41):
 * containers are figures, and what is executed in one runs here, with its environment. The client is the real one.
 */
export class DockerDaemon {
  readonly host: string;
  readonly #folder: string;
  readonly #server: Server;
  /** By the id of what was made of them. */
  readonly #made = new Map<string, ImageFolder>();
  #count = 0;
  readonly #execs = new Map<string, { container: Container; words: string[]; code: number }>();

  private constructor(containers: readonly Container[], images: readonly ImageFolder[], folder: string) {
    this.#folder = folder;
    this.host = `unix://${join(folder, "docker.sock")}`;
    this.#server = createServer((request, response) => {
      if (!this.#ofImages(images, request, response)) void this.#answer(containers, request, response);
    });
    this.#server.on("upgrade", (request, socket) => {
      void this.#run(request.url ?? "", socket);
    });
  }

  static async start(
    containers: readonly Container[],
    images: readonly ImageFolder[] = [],
  ): Promise<DockerDaemon> {
    const folder = mkdtempSync(join(tmpdir(), "docker-"));
    const daemon = new DockerDaemon(containers, images, folder);
    daemon.#server.listen(join(folder, "docker.sock"));
    await once(daemon.#server, "listening");
    return daemon;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How many containers were made and are still there. */
  get left(): number {
    return this.#made.size;
  }

  /** @returns whether it was about an image, or a container made of one */
  #ofImages(images: readonly ImageFolder[], request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://docker");
    const path = decodeURIComponent(pathname.replace(/^\/v[\d.]+/, ""));
    const say = (document: unknown, status = 200) => {
      request.resume();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
      return true;
    };
    const [, named] = /^\/images\/(.+)\/json$/.exec(path) ?? [];
    const image = images.find(({ name }) => name === named);
    if (named && !image) return say({ message: `No such image: ${named}` }, 404);
    if (image) return say({ Id: "sha256:1", Config: { WorkingDir: image.workingDir } });
    if (path === "/containers/create") {
      void text(request).then((body) => {
        const of = images.find(({ name }) => name === JSON.parse(body).Image);
        if (!of) return say({ message: "No such image" }, 404);
        this.#count += 1;
        this.#made.set(`made-${this.#count}`, of);
        return say({ Id: `made-${this.#count}`, Warnings: [] }, 201);
      });
      return true;
    }
    const [, , id = "", what] = path.split("/");
    const of = this.#made.get(id);
    if (!of) return false;
    if (request.method === "DELETE") {
      this.#made.delete(id);
      response.writeHead(204).end();
      return true;
    }
    if (what === "json") return say({ Id: id, Name: `/${id}` });
    const asked = searchParams.get("path") ?? "";
    const folder = join(of.root, asked);
    if (!existsSync(folder))
      return say({ message: `Could not find the file ${asked} in container ${id}` }, 404);
    // Of a folder (Go's mode has its own bit for it), as the client asks for it: its content, by "/." at the end.
    const stat = { name: ".", size: 4096, mode: 0x80_00_01_ed, mtime: new Date(), linkTarget: "" };
    const header = Buffer.from(JSON.stringify(stat)).toString("base64");
    response.writeHead(200, { "content-type": "application/x-tar", "x-docker-container-path-stat": header });
    if (request.method === "HEAD") response.end();
    else spawn("tar", ["-C", folder, "-cf", "-", "."]).stdout.pipe(response);
    return true;
  }

  async #answer(
    containers: readonly Container[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://docker");
    const path = pathname.replace(/^\/v[\d.]+/, "");
    const say = (document: unknown, status = 200) =>
      response
        .writeHead(status, { "content-type": "application/json", "api-version": "1.41" })
        .end(JSON.stringify(document));
    if (path === "/_ping") return void response.writeHead(200, { "api-version": "1.41" }).end("OK");
    if (path === "/containers/json") {
      const [pattern = ""] = Object.keys(JSON.parse(searchParams.get("filters") ?? "{}").name ?? {});
      const found = containers.filter(({ name }) => new RegExp(pattern).test(name));
      return void say(found.map(({ name }) => ({ Id: name, Names: [`/${name}`] })));
    }
    const [, kind, name, what] = path.split("/");
    const container = containers.find((each) => each.name === name);
    if (kind === "containers" && !container) return void say({ message: `No such container: ${name}` }, 404);
    if (kind === "containers" && what === "json") return void say(inspected(container!));
    if (kind === "containers" && what === "exec") {
      const id = `exec-${this.#execs.size + 1}`;
      this.#execs.set(id, { container: container!, words: JSON.parse(body).Cmd, code: 0 });
      return void say({ Id: id }, 201);
    }
    if (kind === "exec" && what === "json")
      return void say({ ID: name, Running: false, ExitCode: this.#execs.get(name!)!.code });
    say({ message: `nobody plays ${path}` }, 404);
  }

  /** The stream of a command's output: a header of eight bytes before each part says which and how long. */
  async #run(url: string, socket: NodeJS.WritableStream): Promise<void> {
    const id = /\/exec\/([^/]+)\/start/.exec(url)![1]!;
    const exec = this.#execs.get(id)!;
    socket.write(
      "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
    );
    const [program = "", ...words] = exec.words;
    const child = spawn(program, words, {
      env: { PATH: process.env.PATH, ...exec.container.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const pass = (kind: number) => (bytes: Buffer) => {
      const header = Buffer.alloc(8);
      header.writeUInt8(kind, 0);
      header.writeUInt32BE(bytes.length, 4);
      socket.write(Buffer.concat([header, bytes]));
    };
    child.stdout.on("data", pass(1));
    child.stderr.on("data", pass(2));
    const [code] = await once(child, "close");
    exec.code = code;
    socket.end();
  }
}

function inspected({ name, status, startedAt, env }: Container) {
  return {
    Id: name,
    Name: `/${name}`,
    State: { Status: status, Running: status === "running", StartedAt: startedAt },
    Config: { Env: Object.entries(env).map((pair) => pair.join("=")) },
  };
}
