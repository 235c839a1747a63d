import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { Ajv } from "ajv";
import { ROOT } from "../../../support/sample.ts";

const FILE = join(ROOT, ".cache/github/api.github.com-23.0.2.json");
/** GitHub's own description of its API (npm `@octokit/openapi`, bin/install-github). */
export const described = existsSync(FILE);
/** For a test's name. */
export const skipped = described ? "" : "(skipped: bin/install-github fetches GitHub's description) ";

interface Described {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  parameters: { $ref?: string; name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: { "application/json": { schema: { properties: object } } } };
  responses: Record<
    string,
    { content?: { "application/json": { examples: Record<string, { $ref: string }> } } }
  >;
}

export interface KeptDeployment {
  id: number;
  ref: string;
  environment: string;
  task: string;
  payload: unknown;
  production_environment: boolean;
  /** The newest first. */
  statuses: { state: string; description: string; environment_url?: string; log_url?: string }[];
}

/** It has 13 MB: read once. */
let known: { spec: Described; ajv: Ajv } | undefined;

function loaded() {
  if (known) return known;
  const spec: Described = JSON.parse(readFileSync(FILE, "utf8"));
  const ajv = new Ajv({ strict: false, coerceTypes: false });
  ajv.addSchema(spec, "github");
  known = { spec, ajv };
  return known;
}

/** A server that takes what GitHub's description lets it take, and keeps deployments as GitHub does. */
export class GithubStandIn {
  readonly deployments: KeptDeployment[] = [];
  /** What a request had that GitHub doesn't know. */
  readonly mistakes: string[] = [];
  readonly asked: string[] = [];
  /** Answers so many requests with 502 first. */
  failing = 0;
  readonly #spec = loaded().spec;
  readonly #ajv = loaded().ajv;
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, "http://github");
    this.asked.push(`${request.method} ${pathname}`);
    const reply = (status: number, body: unknown) =>
      response
        .writeHead(status, { "content-type": "application/json; charset=utf-8" })
        .end(JSON.stringify(body));
    if (this.failing > 0) {
      this.failing -= 1;
      return void reply(502, { message: "Bad Gateway" });
    }
    const found = this.#operation(request.method!, pathname);
    if (!found || request.headers.authorization !== "Bearer token-1") {
      this.mistakes.push(`${request.method} ${pathname} (${request.headers.authorization})`);
      return void reply(found ? 401 : 404, { message: "Not Found" });
    }
    const body = request.method === "POST" ? ((await json(request)) as Record<string, unknown>) : {};
    this.#check(found.operation, found.ids, Object.fromEntries(searchParams), body);
    const id = Number(found.ids.deployment_id);
    const kept = this.deployments.find((each) => each.id === id);
    if (found.ids.deployment_id !== undefined && !kept) return void reply(404, { message: "Not Found" });
    if (request.method === "GET") {
      const list = kept ? kept.statuses : this.#those(searchParams);
      const most = Number(searchParams.get("per_page") ?? 30);
      const like = this.#example(found.operation, "200")[0];
      return void reply(
        200,
        list.slice(0, most).map((each) => ({ ...like, ...each })),
      );
    }
    const made = kept ? body : { id: 1000 + this.deployments.length, statuses: [], ...body };
    if (kept) kept.statuses.unshift(made as never);
    else this.deployments.unshift(made as never);
    reply(201, { ...this.#example(found.operation, "201"), ...made });
  }

  #those(asked: URLSearchParams): KeptDeployment[] {
    return this.deployments.filter(
      ({ environment, task }) => environment === asked.get("environment") && task === asked.get("task"),
    );
  }

  #operation(method: string, pathname: string) {
    for (const [path, operations] of Object.entries(this.#spec.paths)) {
      const form = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
      const ids = form.exec(pathname)?.groups;
      const operation = operations[method.toLowerCase()];
      if (ids && operation) return { ids: ids as Record<string, string>, operation };
    }
    return undefined;
  }

  #check(
    { parameters, requestBody }: Operation,
    ids: Record<string, string>,
    query: Record<string, string>,
    body: Record<string, unknown>,
  ): void {
    const known = parameters.map(
      (each) => (each.$ref ? this.#at(each.$ref) : each) as (typeof parameters)[number],
    );
    for (const [name, text] of Object.entries({ ...ids, ...query })) {
      const schema = known.find((each) => each.name === name)?.schema as { type?: string } | undefined;
      if (!schema) this.mistakes.push(`no parameter ${name}`);
      else this.#valid({ ...schema }, schema.type === "integer" ? Number(text) : text, name);
    }
    const schema = requestBody?.content["application/json"].schema;
    if (!schema) return;
    this.#valid(schema, body, "body");
    for (const name of Object.keys(body))
      if (!(name in schema.properties)) this.mistakes.push(`no field ${name}`);
    const { description } = body as { description?: string };
    // What the description says in words.
    if ((description?.length ?? 0) > 140) this.mistakes.push("description is too long");
  }

  #valid(schema: object, value: unknown, where: string): void {
    const check = this.#ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"github#/')));
    if (!check(value)) this.mistakes.push(`${where}: ${this.#ajv.errorsText(check.errors)}`);
  }

  /** What GitHub shows as its own answer. */
  #example({ responses }: Operation, status: string) {
    const { $ref } = Object.values(responses[status]!.content!["application/json"].examples)[0]!;
    return (this.#at($ref) as { value: object & { 0?: object } }).value;
  }

  #at(ref: string): unknown {
    return ref
      .slice(2)
      .split("/")
      .reduce<unknown>((all, key) => (all as Record<string, unknown>)[key], this.#spec);
  }
}
