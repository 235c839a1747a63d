import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { parse } from "yaml";
import type { Workflow } from "./faults.ts";

const FOLDER = ".github/workflows";

/** A run of a workflow that GitHub was asked for, and took. */
export interface Dispatch {
  workflow: string;
  ref: string;
  inputs: Record<string, string>;
}

interface Answer {
  status: number;
  body?: unknown;
}

/** GitHub's API on a unix socket, as far as `gh workflow run` asks it: a repository with our workflows. */
export class GitHub {
  readonly dispatches: Dispatch[] = [];
  readonly #root: string;
  readonly #server: Server;

  private constructor(root: string) {
    this.#root = root;
    this.#server = createServer(async (incoming, outgoing) => {
      const { status, body } = await this.#answer(incoming);
      outgoing.writeHead(status, { "content-type": "application/json" });
      outgoing.end(body && JSON.stringify(body));
    });
  }

  static async start(root: string, socket: string): Promise<GitHub> {
    const github = new GitHub(root);
    github.#server.listen(socket);
    await once(github.#server, "listening");
    return github;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(incoming: IncomingMessage): Promise<Answer> {
    const asked = `${incoming.method} ${incoming.url}`;
    if (asked === "POST /graphql") return { status: 200, body: { data: { repository: REPOSITORY } } };
    const files = readdirSync(join(this.#root, FOLDER)).sort();
    const [, name] = /^GET \/repos\/[^/]+\/[^/]+\/actions\/workflows\/([\w.-]+)$/.exec(asked) ?? [];
    if (name && files.includes(name)) return { status: 200, body: described(name, files.indexOf(name)) };
    const [, id] = /^POST \/repos\/[^/]+\/[^/]+\/actions\/workflows\/(\d+)\/dispatches$/.exec(asked) ?? [];
    if (id && files[Number(id)]) return this.#dispatch(files[Number(id)]!, await json(incoming));
    return { status: 404, body: { message: "Not Found" } };
  }

  #dispatch(workflow: string, sent: unknown): Answer {
    const { ref, inputs = {} } = sent as { ref: string; inputs?: Record<string, string> };
    const message = refusal(parse(readFileSync(join(this.#root, FOLDER, workflow), "utf8")), inputs);
    if (message) return { status: 422, body: { message } };
    this.dispatches.push({ workflow, ref, inputs });
    return { status: 204 };
  }
}

/** What GitHub says to inputs that a workflow doesn't take; undefined: it takes them. */
export function refusal({ on }: Workflow, inputs: Record<string, string>): string | undefined {
  if (!on || !("workflow_dispatch" in on)) return "Workflow does not have 'workflow_dispatch' trigger";
  const trigger = on.workflow_dispatch as { inputs?: Record<string, Input> } | null;
  const known = Object.entries(trigger?.inputs ?? {});
  const unexpected = Object.keys(inputs).filter((name) => !known.some(([each]) => each === name));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  const missing = known.find(([name, input]) => input.required && !("default" in input) && !inputs[name]);
  return missing && `Required input '${missing[0]}' not provided`;
}

interface Input {
  required?: boolean;
  default?: unknown;
}

const REPOSITORY = {
  id: "R_1",
  name: "shop",
  owner: { login: "example" },
  viewerPermission: "WRITE",
  defaultBranchRef: { name: "main" },
};

function described(file: string, id: number) {
  return { id, name: file, path: `${FOLDER}/${file}`, state: "active" };
}
