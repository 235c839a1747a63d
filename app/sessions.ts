import { randomBytes } from "node:crypto";
import type { Cache } from "./cache.ts";
import { cookieIn, sessionCookie, sessionCookieName, sign, unsign } from "./cookies.ts";
import type { AppSettings } from "./settings.ts";

/**
 * Adds a session unless the most are there already; those that have expired don't count. One script, so that two
 * people who join at once can't both take the last place.
 * KEYS: the sorted set of sessions by expiry. ARGV: now, expiry (seconds), id, most (0: any number).
 */
const joinScript = `
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[1])
local most = tonumber(ARGV[4])
if most > 0 and redis.call("ZCARD", KEYS[1]) >= most then return 0 end
redis.call("ZADD", KEYS[1], ARGV[2], ARGV[3])
return 1`;

const members = "sessions";
const remembered = 20;

/** Pilot users' sessions, kept in Redis; every track sees the same ones. All methods throw when Redis is away. */
export class Sessions {
  readonly #cache: Cache;
  readonly #settings: AppSettings;

  constructor(cache: Cache, settings: AppSettings) {
    this.#cache = cache;
    this.#settings = settings;
  }

  /** The Set-Cookie header of a new session, or undefined when MAX_BETA_USERS have one already. */
  async join(): Promise<string | undefined> {
    const id = randomBytes(18).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const expiry = now + this.#settings.sessionExpireHours * 3600;
    const limits = [String(now), String(expiry), id, String(this.#settings.maxUsers)];
    const joined = await this.#cache.run("EVAL", joinScript, "1", members, ...limits);
    return joined === 1 ? sessionCookie(sign(id, this.#settings.secretKey), this.#settings) : undefined;
  }

  /** The live session that a Cookie header belongs to. Without a cookie of ours Redis isn't asked. */
  async find(cookieHeader: string | undefined): Promise<string | undefined> {
    const signed = cookieIn(cookieHeader, sessionCookieName(this.#settings));
    const id = signed && unsign(signed, this.#settings.secretKey);
    if (!id) return undefined;
    const expiry = await this.#cache.run("ZSCORE", members, id);
    return Number(expiry ?? 0) > Date.now() / 1000 ? id : undefined;
  }

  /** Ends a session. Returns the Set-Cookie header that removes its cookie. */
  async leave(id: string | undefined): Promise<string> {
    if (id) {
      await this.#cache.run("ZREM", members, id);
      await this.#cache.run("DEL", quotesOf(id));
    }
    return sessionCookie("", this.#settings);
  }

  /** Remembers a quote as the session's. */
  async remember(id: string, quote: string): Promise<void> {
    await this.#cache.run("LPUSH", quotesOf(id), quote);
    await this.#cache.run("LTRIM", quotesOf(id), "0", String(remembered - 1));
    await this.#cache.run("EXPIRE", quotesOf(id), String(this.#settings.sessionExpireHours * 3600));
  }

  /** The session's quotes, the latest first. */
  async quotes(id: string): Promise<string[]> {
    return (await this.#cache.run("LRANGE", quotesOf(id), "0", "-1")) as string[];
  }
}

function quotesOf(id: string): string {
  return `session:${id}:quotes`;
}
