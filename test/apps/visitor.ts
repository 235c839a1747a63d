import { Agent, fetch, type RequestInit, type Response, WebSocket } from "undici";

/** A browser as far as the tests need one: it keeps cookies, and finds the stack's name on this machine. */
export class Visitor {
  readonly #base: string;
  readonly #agent: Agent;
  readonly #own: Record<string, string>;
  readonly #cookies = new Map<string, string>();

  /**
   * @param domain the stack's name
   * @param ca what it trusts, in PEM
   * @param headers of each of its requests
   */
  constructor(
    { url, domain }: { url: string; domain: string },
    ca: string,
    headers: Record<string, string> = {},
  ) {
    this.#base = `https://${domain}:${new URL(url).port}`;
    this.#own = headers;
    this.#agent = new Agent({
      connect: { ca, lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]) },
    });
  }

  /** Where it believes to be. */
  get origin(): string {
    return this.#base;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      ...this.#own,
      ...(cookie && { cookie }),
      ...(init.headers as Record<string, string> | undefined),
    };
    const answer = await fetch(new URL(path, this.#base), { ...init, headers, dispatcher: this.#agent });
    for (const each of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }

  /** @throws {Error} with the answer when it isn't a good one */
  async json(path: string, body?: unknown, headers: Record<string, string> = {}, method = "POST") {
    const init =
      body === undefined
        ? { headers }
        : {
            method,
            body: JSON.stringify(body),
            headers: { "content-type": "application/json", ...headers },
          };
    const answer = await this.ask(path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
    // biome-ignore lint/suspicious/noExplicitAny: whatever the application says
    return (text ? JSON.parse(text) : undefined) as any;
  }

  socket(path: string): WebSocket {
    return new WebSocket(new URL(path, this.#base.replace("https", "wss")), {
      dispatcher: this.#agent,
      headers: { ...this.#own },
    });
  }

  async leave(): Promise<void> {
    await this.#agent.destroy();
  }
}
