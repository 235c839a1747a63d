import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { PageAccess } from "./access.ts";
import { type PageParts, shell } from "./page.ts";

/** What the page shows, and what is done from it. */
export interface LiveSource {
  /** For the page's title. */
  stack: string;
  /** What is to be seen now. */
  look(): Promise<PageParts>;
  /**
   * Gives a person's word; left out where the page may only look.
   *
   * @returns what became of it, for people
   * @throws {UserError} when it makes no sense now
   */
  say?(command: string): Promise<string>;
}

export interface RunningPage {
  /** With the token, for one visit. */
  url: string;
  close(): Promise<void>;
}

/** Longer than any word. */
const MOST_BODY = 1_000;

/**
 * Serves the live page on a free port of 127.0.0.1. While a page is open the source is asked again and again, once for all
 * pages.
 *
 * @param everyMs from one look to the next
 */
export async function servePage(source: LiveSource, everyMs = 1_000): Promise<RunningPage> {
  const page = new LivePage(source, everyMs);
  return page.open();
}

class LivePage {
  readonly #source: LiveSource;
  readonly #everyMs: number;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #ended = new AbortController();
  #access!: PageAccess;
  #looking = false;

  constructor(source: LiveSource, everyMs: number) {
    this.#source = source;
    this.#everyMs = everyMs;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        if (!response.headersSent) text(response, 500, error.message);
        else response.destroy();
      });
    });
  }

  async open(): Promise<RunningPage> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.#access = new PageAccess((this.#server.address() as AddressInfo).port);
    const url = `${this.#access.origin}/?token=${this.#access.token}`;
    return { url, close: () => this.#close() };
  }

  async #close(): Promise<void> {
    this.#ended.abort();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = this.#access.enter(request);
    if (entry.is === "refused") return text(response, entry.status, entry.why);
    if (entry.is === "admitted") {
      // The token leaves the address bar, and the history.
      response.writeHead(303, { ...PRIVATE, location: "/", "set-cookie": entry.cookie }).end();
      return;
    }
    switch (`${request.method} ${request.url}`) {
      case "GET /":
        response.writeHead(200, { ...PRIVATE, "content-type": "text/html; charset=utf-8" });
        response.end(shell(this.#source.stack, this.#source.say !== undefined));
        return;
      case "GET /events":
        return this.#stream(response);
      case "POST /word":
        return this.#word(request, response);
      default:
        return text(response, 404, "There is nothing here.");
    }
  }

  async #word(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { say } = this.#source;
    if (!say) return text(response, 403, "This page may only look.");
    let body = "";
    for await (const chunk of request) {
      body += chunk;
      if (body.length > MOST_BODY) return text(response, 413, "That is too long for a word.");
    }
    try {
      return text(response, 200, await say(body));
    } catch (error) {
      if (error instanceof UserError) return text(response, 409, error.message);
      throw error;
    }
  }

  /** Server-sent events (WHATWG HTML, section 9.2): the browser comes back by itself when the stream breaks. */
  #stream(response: ServerResponse): void {
    response.writeHead(200, { ...PRIVATE, "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
    if (!this.#looking) void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#streams.size > 0 && !this.#ended.signal.aborted) {
      const seen = await this.#source.look().then(
        (parts) => `event: seen\ndata: ${JSON.stringify(parts)}\n\n`,
        // A look that fails isn't the end: the page says so, and looks again.
        (error: Error) => `event: unseen\ndata: ${JSON.stringify(error.message)}\n\n`,
      );
      // A page that sleeps gets none of what it missed.
      for (const stream of this.#streams) if (!stream.writableNeedDrain) stream.write(seen);
      await sleep(this.#everyMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
    this.#looking = false;
  }
}

/** Nothing is kept, shown within another page, or told to one. */
const PRIVATE = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

function text(response: ServerResponse, status: number, said: string): void {
  response.writeHead(status, { ...PRIVATE, "content-type": "text/plain; charset=utf-8" }).end(`${said}\n`);
}
