import { Agent, request } from "node:https";

export interface Loaded {
  status: number;
  track: string;
  body: string;
}

/** What keeps a browser with a version: its cookies. Each is of one person, who asks over a few kept connections. */
export class Browser {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #agent: Agent;
  readonly #cookies = new Map<string, string>();

  /** @param headers sent with every request, such as whom it stands for */
  constructor(url: string, ca: string, headers: Record<string, string>) {
    this.#url = url;
    this.#headers = headers;
    this.#agent = new Agent({ ca, keepAlive: false });
  }

  /** What ends with the session is forgotten, as after a time without a request. */
  idle(): void {
    this.#cookies.delete("rollout-session");
  }

  get(path: string): Promise<Loaded> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...this.#headers, ...(cookie && { cookie }) };
    return new Promise((resolve, reject) => {
      request(`${this.#url}${path}`, { agent: this.#agent, headers, timeout: 10_000 }, (response) => {
        for (const each of response.headers["set-cookie"] ?? []) {
          const [pair = ""] = each.split(";", 1);
          this.#cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
        }
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (data: string) => {
          body += data;
        });
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            track: String(response.headers["x-track"] ?? ""),
            body,
          }),
        );
        response.once("error", reject);
      })
        .once("error", reject)
        .end();
    });
  }
}
