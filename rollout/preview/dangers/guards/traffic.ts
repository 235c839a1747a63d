import { at, list, type Shown } from "../../shown.ts";
import { DELETABLE, type Guard, guard, on, PUBLIC, READABLE, ranked } from "./guard.ts";

/** What protects the way in. */
export const TRAFFIC: Guard[] = [
  guard(/^aws:lb\/loadBalancer:/, "enableDeletionProtection", on(false), "deletion protection", DELETABLE),
  guard(
    /^aws:lb\/loadBalancer:/,
    "dropInvalidHeaderFields",
    on(false),
    "the refusal of malformed headers",
    "Malformed headers let one request pass for two (request smuggling).",
  ),
  guard(
    /^aws:lb\/loadBalancer:/,
    "desyncMitigationMode",
    ranked("monitor", "defensive", "strictest"),
    "the guard against request smuggling",
    "Malformed requests reach the servers.",
  ),
  guard(/^aws:lb\/loadBalancer:/, "internal", on(false), "the private address", PUBLIC),
  guard(
    /^aws:lb\/loadBalancer:/,
    "accessLogs.enabled",
    on(false),
    "the access log",
    "After an incident nobody can tell who asked for what.",
  ),
  guard(
    /^aws:lb\/listener:/,
    "sslPolicy",
    tlsStrength,
    "the stricter TLS policy",
    "Clients may again use versions and ciphers that can be broken.",
  ),
  guard(/^aws:lb\/(listener|targetGroup):/, "protocol", ranked("HTTP", "HTTPS"), "TLS", READABLE),
  guard(
    /^aws:lb\/listener:/,
    "defaultActions",
    redirects,
    "the redirect to HTTPS",
    "Requests in clear are answered.",
  ),
];

/**
 * The oldest TLS version of a policy, then whether it names restricted or extended ciphers.
 *
 * Source: "Security policies for your Application Load Balancer".
 */
function tlsStrength(policy: Shown | undefined): number {
  const name = String(policy ?? "ELBSecurityPolicy-2016-08");
  const [, minor] = /TLS13-1-(\d)/.exec(name) ?? /TLS-1-(\d)/.exec(name) ?? [undefined, "0"];
  const ciphers = /-Res\b/.test(name) ? 2 : /-Ext/.test(name) ? 0 : 1;
  return Number(minor) * 10 + ciphers + (name.includes("TLS13") ? 5 : 0);
}

/** A listener for HTTP that does anything but redirect. */
function redirects(actions: Shown | undefined): number {
  return Number(list(actions).some((action) => at(action, "redirect.protocol") === "HTTPS"));
}
