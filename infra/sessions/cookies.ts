import { seconds } from "../settings/duration.ts";
import type { Settings } from "../settings/settings.ts";
import { BUCKET_COOKIE, SESSION_COOKIE, tagOf } from "./rules.ts";
import { BEFORE, visits } from "./visits.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * For the browser only (`HttpOnly`), over TLS, and `SameSite=None`: a page within another's frame and a call from another
 * site of the team's must meet its version too. They open nothing, so that nobody gains who has them sent.
 */
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None";

/**
 * nginx's part in sessions (rules.ts): the variables `$session_cookie` and `$bucket_cookie`, each empty where
 * a browser is told nothing, and `$visit` for its log (visits.ts).
 *
 * None goes with a failure: nobody is held where nothing answers. Where something is before the balancer
 * (`network.proxies`), none goes with what others may keep and hand out (RFC 9111, "Storing Responses in Caches"): a cache
 * would bring all its browsers to one version.
 */
export function sessionCookies({
  track,
  version,
  stickiness,
  proxies,
  cacheControl,
}: {
  track: string;
  /** Of the app in it, in hex digits. */
  version: string;
  stickiness: Settings["stickiness"];
  /** Address ranges before the balancer. */
  proxies: string[];
  /** What an answer says to caches, in nginx's variables. */
  cacheControl: string;
}): string {
  if (stickiness === "none") return "";
  const tag = tagOf(track, version);
  const session = `${SESSION_COOKIE}=${tag}; Max-Age=${seconds(stickiness)}; ${ATTRIBUTES}`;
  const bucket = `${BUCKET_COOKIE}=$bucket_tens$bucket_ones.${tag}; Max-Age=${YEAR_SECONDS}; ${ATTRIBUTES}`;
  const shared = '"~*private" 0; "~*(public|s-maxage|immutable|max-age=[1-9])" 1;';
  return `  map "${cacheControl}" $kept_by_others { default 0; ${proxies.length > 0 ? shared : ""} }
  map "$status $kept_by_others" $has_no_cookie { default 0; ~^5 1; "~ 1$" 1; }
  map $http_cookie $has_bucket { default 0; "~${BEFORE}${BUCKET_COOKIE}=\\d\\d\\." 1; }
${tenth("tens")}${tenth("ones")}  map "$has_no_cookie$has_bucket" $bucket_cookie { default ""; 00 "${bucket}"; }
  map $has_no_cookie $session_cookie { default ""; 0 "${session}"; }
${visits(tag)}`;
}

/** A digit by chance: each request has another id. */
function tenth(of: "tens" | "ones"): string {
  const shares = Array.from({ length: 9 }, (_, digit) => `10% ${digit};`).join(" ");
  return `  split_clients "$request_id ${of}" $bucket_${of} { ${shares} * 9; }\n`;
}
