import { Misuse } from "../errors.ts";
import type { Profile } from "./profile/schema.ts";
import { mostPerSecond } from "./profile/stages.ts";
import { isLoopback, type Target } from "./requests/client.ts";

export interface Asked {
  /** What `--url` names. */
  url?: string;
  on: "rehearsal" | "aws";
  /** Somebody has said that real servers may be loaded. */
  consent: boolean;
  /** The stack's public name. */
  domain: string;
  /** What the web firewall takes of one address in a minute. */
  requestsPerMinute: number;
  profile: Profile;
  /** Where the stack is rehearsed; throws when it isn't up. */
  rehearsed: () => Target;
}

/**
 * Where the load may go: this machine, or the stack's own public name, and that only for who says so. Anything else
 * would be an attack on somebody.
 *
 * @throws {Misuse} for any other place, and for more than the stack's own firewall takes of one address
 */
export function targetOf(asked: Asked): Target {
  const { url, on, domain, rehearsed } = asked;
  if (url === undefined && on === "rehearsal") return rehearsed();
  const named = parsed(url ?? `https://${domain}`);
  if (isLoopback(named.hostname)) return hereAt(named, asked);
  if (named.hostname !== domain)
    throw new Misuse(
      `--url ${named.origin}: only this machine or the stack's own domain (${domain}) may be loaded`,
    );
  if (named.protocol !== "https:")
    throw new Misuse(`--url ${named.origin}: ${domain} is asked by https only`);
  if (on !== "aws" || !asked.consent)
    throw new Misuse(
      `${domain} is served by real servers, with real users and a real bill. Add --on aws --yes-on-aws to load it.`,
    );
  capped(asked);
  return { url: named.origin, domain };
}

/** A rehearsal there is trusted by its own authority; another service may be there too. */
function hereAt({ origin, port }: URL, { on, domain, rehearsed }: Asked): Target {
  if (on === "aws") throw new Misuse(`--url ${origin} is this machine, not AWS: leave --on aws out`);
  try {
    const target = rehearsed();
    if (new URL(target.url).port === port) return target;
  } catch {
    // Not up: then it is another service.
  }
  return { url: origin, domain };
}

/** All requests come from this machine's one address, and from there the web firewall takes no more. */
function capped({ profile, requestsPerMinute }: Asked): void {
  const perMinute = Math.ceil(mostPerSecond(profile) * 60);
  if (perMinute <= requestsPerMinute) return;
  throw new Misuse(
    `profile ${profile.name} comes to ${perMinute} requests a minute, and the stack's web firewall takes ` +
      `${requestsPerMinute} of one address (rollout:limits.requestsPerMinute): it would answer 429, not the service. ` +
      "Take a smaller profile, or send from several machines with the script of --print-k6.",
  );
}

function parsed(url: string): URL {
  const found = URL.parse(url);
  if (found && /^https?:$/.test(found.protocol) && !found.username && !found.password) return found;
  throw new Misuse(`--url ${url}: it must be a URL such as https://127.0.0.1:8443`);
}
