import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Refused } from "./rules/rule.ts";

/** A call of an AWS API, as it passes. */
export interface Call {
  /** The operation, such as `ModifyListener`; for REST the method and path, such as `PUT /backup-jobs`. */
  name: string;
  /** As it signs, such as `s3`. */
  service: string;
  /** The program that calls, by the name that it gives the SDK (`AWS_SDK_UA_APP_ID`). */
  who: string;
  /** By the caller's clock, in milliseconds since the epoch. */
  at: number;
  headers: Record<string, string>;
  body: string;
  /** What moto's server answered; undefined while it is asked, or when the test answered. */
  status?: number;
}

export interface Answer {
  status?: number;
  /** XML unless `json`. */
  body: string;
  json?: boolean;
}

/**
 * Answers a call in AWS's place; undefined: it isn't one of its calls.
 *
 * @param behind the same call of moto's server with another body; what it answers
 */
export type Answering = (
  call: Call,
  behind: (body: string) => Promise<string>,
) => Promise<Answer | undefined> | Answer | undefined;

/**
 * A front before moto's server. It writes every call down, lets the test answer some, and passes the others on. AWS's
 * clock is each caller's own: what the `Date` of an answer says, as callers with {@link file://./jumping-clock.ts} live in
 * a time of their own.
 */
export class Front {
  readonly calls: Call[] = [];
  /** Asked in this order. */
  readonly answering: Answering[];
  /**
   * How old an object in S3 is: by the caller's clock, which may have come far, or by the clock on the wall. Whoever keeps
   * a lease beats by the latter.
   */
  ages: "caller" | "wall" = "caller";
  readonly #behind: URL;
  readonly #server: Server;

  private constructor(behind: string, answering: Answering[]) {
    this.#behind = new URL(behind);
    this.answering = answering;
    this.#server = createServer((incoming, outgoing) => {
      this.#take(incoming, outgoing).catch((error) => {
        outgoing.writeHead(502).end(String(error));
      });
    });
  }

  static async start(behind: string, answering: Answering[]): Promise<Front> {
    const front = new Front(behind, answering);
    front.#server.listen(0, "127.0.0.1");
    await once(front.#server, "listening");
    return front;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Calls that moto's server doesn't know or can't answer: what a test is to see, in words. */
  get unknown(): string[] {
    // S3 says of an object that it isn't there; of any other call it is said that nobody knows it.
    const strange = this.calls.filter(
      ({ status = 0, service }) => status >= 500 || (status === 404 && service !== "s3"),
    );
    return [...new Set(strange.map(({ name, status }) => `${name}: ${status}`))];
  }

  named(...names: string[]): Call[] {
    return this.calls.filter(({ name }) => names.includes(name));
  }

  /** The next time that a program makes a call, does this first. @returns when it is done */
  next(name: string, who: string, first: Answering): Promise<void> {
    return new Promise((done, failed) => {
      const once: Answering = async (call, behind) => {
        if (call.name !== name || call.who !== who) return undefined;
        this.answering.splice(this.answering.indexOf(once), 1);
        try {
          return await first(call, behind);
        } catch (error) {
          failed(error);
        } finally {
          done();
        }
      };
      this.answering.unshift(once);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const bytes = await buffer(incoming);
    const call = callOf(incoming, bytes.toString());
    this.calls.push(call);
    for (const answer of this.answering) {
      const given = await answer(call, (body) => this.#ask(call, body));
      if (given) return reply(outgoing, call, given);
    }
    await this.#pass(incoming, bytes, call, outgoing);
  }

  async #ask({ headers }: Call, body: string): Promise<string> {
    const { "content-length": _, host: __, connection: ___, ...told } = headers;
    const answer = await fetch(this.#behind, { method: "POST", headers: told, body });
    return answer.text();
  }

  #modified({ "last-modified": known }: IncomingHttpHeaders, { at }: Call): Record<string, string> {
    if (known === undefined || this.ages === "caller") return {};
    return { "last-modified": new Date(at - (Date.now() - Date.parse(known))).toUTCString() };
  }

  #pass(incoming: IncomingMessage, bytes: Buffer, call: Call, outgoing: ServerResponse): Promise<void> {
    const { hostname, port } = this.#behind;
    const { method, url: path, headers } = incoming;
    return new Promise((resolve, reject) => {
      request({ hostname, port, method, path, headers, agent: false }, (answer) => {
        const { connection: _, ...told } = answer.headers;
        call.status = answer.statusCode!;
        outgoing.writeHead(answer.statusCode!, {
          ...told,
          ...this.#modified(told, call),
          date: dateOf(call),
        });
        answer.pipe(outgoing).on("close", resolve).on("error", reject);
      })
        .on("error", reject)
        .end(bytes);
    });
  }
}

export function json(document: unknown): Answer {
  return { json: true, body: JSON.stringify(document) };
}

export function xml(name: string, result: string): Answer {
  return { body: `<${name}Response><${name}Result>${result}</${name}Result></${name}Response>` };
}

/** @param answer what it throws by a rule of test/aws/rules, `Code: why`, is what AWS answers */
export function unlessRefused(call: Call, answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refused(call, error.message.split(":")[0]!, 400, error.message);
  }
}

/** An error as AWS tells it, in a service's own protocol. */
export function refused(call: Call, code: string, status = 403, message = `${code} by the test`): Answer {
  const json = "x-amz-target" in call.headers || call.service === "appconfig";
  const xml = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, json, body: json ? JSON.stringify({ __type: code, message }) : xml };
}

function callOf({ headers: raw, method, url = "" }: IncomingMessage, body: string): Call {
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)]));
  const {
    "x-amz-target": target,
    "x-amz-date": date = "",
    "user-agent": agent = "",
    authorization = "",
  } = headers;
  const action = new URLSearchParams(body).get("Action");
  const path = url.split("?")[0]!;
  return {
    name: target?.split(".").at(-1) ?? action ?? `${method} ${path.replace(/^(\/backup-jobs)\/.+/, "$1/ID")}`,
    service: /Credential=\S+?\/\d+\/[\w-]+\/([\w-]+)\//.exec(authorization)?.[1] ?? "",
    who: /\bapp\/(\S+)/.exec(agent)?.[1] ?? "",
    // 20261121T090000Z
    at: Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z")),
    headers,
    body: action || target || body ? body : path,
  };
}

function dateOf({ at }: Call): string {
  return new Date(Number.isNaN(at) ? Date.now() : at).toUTCString();
}

function reply(outgoing: ServerResponse, call: Call, { status = 200, body, json = false }: Answer): void {
  const type = json ? "application/json" : "text/xml";
  outgoing.writeHead(status, { "content-type": type, date: dateOf(call) }).end(body);
}
