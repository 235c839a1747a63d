import { createHmac, timingSafeEqual } from "node:crypto";
import type { AppSettings } from "./settings.ts";

/** A cookie's value with a signature, so that a made-up session id never reaches the cache. */
export function sign(value: string, key: string): string {
  return `${value}.${signature(value, key)}`;
}

/** The value of a signed cookie, or undefined when the signature isn't ours. */
export function unsign(signed: string, key: string): string | undefined {
  const dot = signed.lastIndexOf(".");
  if (dot < 1) return undefined;
  const value = signed.slice(0, dot);
  const given = Buffer.from(signed.slice(dot + 1));
  const wanted = Buffer.from(signature(value, key));
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? value : undefined;
}

function signature(value: string, key: string): string {
  return createHmac("sha256", key).update(value).digest("base64url");
}

/** The cookie called `name` in a Cookie header. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

type CookieSettings = Pick<AppSettings, "cookieSecure" | "cookieSameSite" | "sessionExpireHours">;

/** The `__Host-` prefix makes browsers refuse the cookie from a sub-domain or over plain HTTP; it needs Secure. */
export function sessionCookieName({ cookieSecure }: CookieSettings): string {
  return cookieSecure ? "__Host-session" : "session";
}

/** A Set-Cookie header for the session; an empty value removes it. */
export function sessionCookie(value: string, settings: CookieSettings): string {
  const age = value ? settings.sessionExpireHours * 3600 : 0;
  const sameSite = settings.cookieSameSite[0]!.toUpperCase() + settings.cookieSameSite.slice(1);
  const secure = settings.cookieSecure ? "; Secure" : "";
  const rest = `; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${secure}`;
  return `${sessionCookieName(settings)}=${value}${rest}`;
}
