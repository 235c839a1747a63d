import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What becomes of a request: it is let in, sent on with the cookie, or refused. */
export type Entry =
  | { is: "in" }
  | { is: "admitted"; cookie: string }
  | { is: "refused"; status: 403 | 421; why: string };

/**
 * Who may talk to the live page. Its address holds a token that is good for one visit; the browser then has a cookie. Other
 * sites in the same browser can send requests here, so the name that is asked for (DNS rebinding) and the origin that asks
 * (cross-site requests: OWASP, "Cross-Site Request Forgery Prevention Cheat Sheet", verifying origin) must be this page's own.
 */
export class PageAccess {
  /** In the page's address, once. */
  readonly token = secret();
  readonly #host: string;
  readonly #cookie: { name: string; value: string };
  #used = false;

  /** @param port where it listens, on 127.0.0.1 */
  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
    // A cookie is good for all ports of a host.
    this.#cookie = { name: `rollout-ui-${port}`, value: secret() };
  }

  get origin(): string {
    return `http://${this.#host}`;
  }

  enter({ headers, method, url = "/" }: Pick<IncomingMessage, "headers" | "method" | "url">): Entry {
    if (headers.host !== this.#host) return refused(421, `This page is ${this.origin}, not ${headers.host}.`);
    const { origin } = headers;
    const isOwn = origin === this.origin || (origin === undefined && method === "GET");
    if (!isOwn) return refused(403, "Another page asks.");
    const site = headers["sec-fetch-site"];
    const token = new URL(url, this.origin).searchParams.get("token");
    if (token !== null) {
      if (this.#isKnown(headers.cookie)) return { is: "admitted", cookie: this.#setCookie() };
      if (this.#used || !same(token, this.token))
        return refused(403, "This address has been used, or is not the newest: rollout ui prints another.");
      this.#used = true;
      return { is: "admitted", cookie: this.#setCookie() };
    }
    if (site !== undefined && site !== "same-origin" && site !== "none")
      return refused(403, "Another page asks.");
    if (!this.#isKnown(headers.cookie))
      return refused(403, "Open the address that rollout ui printed: it has the token.");
    return { is: "in" };
  }

  #isKnown(cookies = ""): boolean {
    const { name, value } = this.#cookie;
    return cookies.split("; ").some((each) => each.startsWith(`${name}=`) && same(each, `${name}=${value}`));
  }

  /** Scripts can't read it, and other sites' requests don't carry it. Without TLS on loopback it can't be `Secure`. */
  #setCookie(): string {
    return `${this.#cookie.name}=${this.#cookie.value}; Path=/; HttpOnly; SameSite=Strict`;
  }
}

function refused(status: 403 | 421, why: string): Entry {
  return { is: "refused", status, why };
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
