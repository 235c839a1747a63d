import { cookieIn, sign, unsign } from "./cookies.ts";
import { Refusal } from "./http.ts";
import type { AppSettings } from "./settings.ts";

/** For whom a request is: what flags are decided by. Both are absent for somebody who hasn't logged in. */
export interface Caller {
  tenant?: string;
  group?: string;
}

type IdentitySettings = Pick<AppSettings, "secretKey" | "cookieSecure" | "cookieSameSite">;

/** What infra/flags/schema.ts lets a flag name. */
const NAMES = {
  tenant: /^[A-Za-z0-9](?:[A-Za-z0-9 ._@+'&()-]{0,98}[A-Za-z0-9._)-])?$/,
  group: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
};
/** In front of what is signed, so that no other signed cookie passes for an identity. */
const KIND = "identity";

/**
 * Who asks, by a cookie that is signed with the service's key: what a client says of itself isn't believed, or anybody
 * were an administrator. Whatever logs users in sets it; the sample has no users, and so no login.
 */
export function callerOf(cookieHeader: string | undefined, settings: IdentitySettings): Caller {
  const signed = cookieIn(cookieHeader, identityCookieName(settings));
  const parts = (signed && unsign(signed, settings.secretKey)?.split(":")) || [];
  const [kind, tenant, group] = parts.map(decodeURIComponent);
  return kind === KIND ? { ...(tenant && { tenant }), ...(group && { group }) } : {};
}

/** A Set-Cookie header that says who somebody is, until the browser is closed. */
export function identityCookie({ tenant = "", group = "" }: Caller, settings: IdentitySettings): string {
  const sameSite = settings.cookieSameSite[0]!.toUpperCase() + settings.cookieSameSite.slice(1);
  const secure = settings.cookieSecure ? "; Secure" : "";
  const value = sign(`${KIND}:${[tenant, group].map(encodeURIComponent).join(":")}`, settings.secretKey);
  return `${identityCookieName(settings)}=${value}; Path=/; HttpOnly; SameSite=${sameSite}${secure}`;
}

/** @throws {Refusal} 400 */
export function parseCaller(body: unknown): Caller {
  const given = Object.entries((body ?? {}) as Record<string, unknown>);
  const mistakes = given.flatMap(([key, value]) => {
    if (key !== "tenant" && key !== "group") return [`${key} is no part of an identity`];
    return typeof value === "string" && NAMES[key].test(value) ? [] : [`${key} must be the name of a ${key}`];
  });
  if (mistakes.length > 0) throw new Refusal(400, ...mistakes);
  return Object.fromEntries(given);
}

function identityCookieName({ cookieSecure }: IdentitySettings): string {
  return cookieSecure ? "__Host-identity" : "identity";
}
