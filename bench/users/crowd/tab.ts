import { createRequire } from "node:module";
import { join } from "node:path";
import { Agent, type Dispatcher, WebSocket } from "undici";

/** Where the shop is, as a user's machine sees it. */
export interface ShopPlace {
  /** Its name with the port, such as `https://beta.example.com:8443`. */
  origin: string;
  /** In PEM. */
  ca: string;
}

export interface TabReply {
  status: number;
  /** Of the shop's release; undefined where no shop answered. */
  release: string | undefined;
  text: string;
}

/** A connection that stays open. */
export interface LongConnection {
  /** Kept once it is closed, by whomever. */
  closed: Promise<void>;
  close(): void;
}

interface Jar {
  getCookieStringSync(url: string): string;
  setCookieSync(cookie: string, url: string, options: object): void;
}
const foreign = createRequire(join(import.meta.dirname, "../../../.cache/foreign/package.json"));
const { CookieJar }: { CookieJar: new () => Jar } = foreign("tough-cookie");

interface Asked {
  method: Dispatcher.HttpMethod;
  path: string;
  /** What it is for, as browsers say (https://www.w3.org/TR/fetch-metadata/): by it sessions are counted. */
  mode: string;
  body?: string;
}

/** What a browser asks again on a new connection, as it changes nothing. */
const AGAIN = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
const TIMEOUT_MS = 15_000;

/** A user's browser with a tab: its cookies, and a few connections that are kept. */
export class Tab {
  readonly #origin: string;
  readonly #agent: Agent;
  readonly #jar = new CookieJar();
  readonly #address: string;

  /** @param address the user's */
  constructor({ origin, ca }: ShopPlace, address: string) {
    this.#origin = origin;
    this.#address = address;
    this.#agent = new Agent({
      connections: 6,
      pipelining: 1,
      // Over HTTP/2 this client repeats what was refused, writes too; a browser doesn't (test/drills/posts.test.ts).
      allowH2: false,
      keepAliveTimeout: 30_000,
      keepAliveMaxTimeout: 30_000,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      connect: {
        ca,
        timeout: TIMEOUT_MS,
        lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
      },
    });
  }

  /** A page. @throws when there is no whole answer */
  open(path: string): Promise<TabReply> {
    return this.#read({ path, mode: "navigate" });
  }

  /** What a page asks for. @throws when there is no whole answer */
  get(path: string): Promise<TabReply> {
    return this.#read({ path, mode: "no-cors" });
  }

  async #read(asked: { path: string; mode: string }): Promise<TabReply> {
    try {
      return await this.#send({ method: "GET", ...asked });
    } catch (error) {
      if (!AGAIN.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      return this.#send({ method: "GET", ...asked });
    }
  }

  /** Never sent again: it may have been done. @throws when there is no whole answer */
  post(path: string, body: object): Promise<TabReply> {
    return this.#send({ method: "POST", path, mode: "cors", body: JSON.stringify(body) });
  }

  async #send({ body, mode, ...asked }: Asked): Promise<TabReply> {
    const headers = {
      ...this.#headers(),
      "sec-fetch-mode": mode,
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const answer = await this.#agent.request({
      origin: this.#origin,
      ...asked,
      headers,
      body: body ?? null,
    });
    this.#keep(answer.headers["set-cookie"]);
    const release = answer.headers["x-release"];
    return {
      status: answer.statusCode,
      release: typeof release === "string" ? release : undefined,
      text: await answer.body.text(),
    };
  }

  /** An event stream. @throws when it can't be opened */
  async stream(path: string): Promise<LongConnection> {
    const aborting = new AbortController();
    const { statusCode, body } = await this.#agent.request({
      origin: this.#origin,
      method: "GET",
      path,
      headers: { ...this.#headers(), accept: "text/event-stream" },
      signal: aborting.signal,
      bodyTimeout: 0,
    });
    const closed = new Promise<void>((done) => body.once("close", done));
    body.on("error", () => {});
    body.resume();
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
    return { closed, close: () => aborting.abort() };
  }

  /** A WebSocket that has echoed a word. @throws when it can't be opened */
  async socket(path: string): Promise<LongConnection> {
    const socket = new WebSocket(`${this.#origin.replace("https", "wss")}${path}`, {
      dispatcher: this.#agent,
      headers: this.#headers(),
    });
    const closed = new Promise<void>((done) => socket.addEventListener("close", () => done()));
    const echoed = new Promise<void>((done) =>
      socket.addEventListener("message", () => done(), { once: true }),
    );
    socket.addEventListener("open", () => socket.send("here"));
    // As applications do: nobody keeps a silent connection.
    const beat = setInterval(() => socket.send("here"), 15_000);
    void closed.then(() => clearInterval(beat));
    const failed = closed.then(() => Promise.reject(new Error("wasn't opened")));
    await Promise.race([echoed, failed]);
    failed.catch(() => {});
    const close = () => {
      clearInterval(beat);
      socket.close();
    };
    return { closed, close };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #headers(): Record<string, string> {
    const cookie = this.#jar.getCookieStringSync(this.#origin);
    return { "x-forwarded-for": this.#address, "user-agent": "bench-users", ...(cookie && { cookie }) };
  }

  #keep(cookies: string | string[] | undefined): void {
    for (const cookie of [cookies ?? []].flat())
      this.#jar.setCookieSync(cookie, this.#origin, { ignoreError: true });
  }
}
