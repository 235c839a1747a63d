import { readFileSync } from "node:fs";
import { Agent, request } from "undici";

export interface TrafficOptions {
  url: string;
  domain: string;
  caFile: string;
  tracks: string[];
  /** Requests a second to each track. */
  perTrack: number;
}

const TIMEOUT_MS = 5_000;
/** nginx limits each address: so many stand for users, in the range for load tests (RFC 2544). */
const ADDRESSES = 2_000;

/** Steady requests to every track, whatever its weight, by the header that testers send. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #agent: Agent;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { ca: readFileSync(options.caFile, "utf8"), servername: options.domain },
      connections: 128,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    this.#timer = setInterval(() => this.#sendAll(), 1000 / options.perTrack);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#agent.destroy();
  }

  #sendAll(): void {
    for (const track of this.#options.tracks) void this.#send(track);
  }

  /** What becomes of it is for the balancer's counters to say. */
  async #send(track: string): Promise<void> {
    this.#sent += 1;
    const address = this.#sent % ADDRESSES;
    try {
      const { body } = await request(`${this.#options.url}/version`, {
        dispatcher: this.#agent,
        headers: {
          host: this.#options.domain,
          "x-rollout-track": track,
          "x-forwarded-for": `198.18.${address >> 8}.${address & 255}`,
        },
      });
      await body.dump();
    } catch {
      // A server that was killed answers nothing.
    }
  }
}
