import { USER_COOKIE } from "../settings/cohorts/conditions.ts";
import { type Duration, seconds } from "../settings/duration.ts";
import type { Settings } from "../settings/settings.ts";
import { BUCKET_COOKIE, SESSION_COOKIE, tagOf } from "./rules.ts";
import { AFTER, BEFORE, visits } from "./visits.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * For the browser only (`HttpOnly`), over TLS, and `SameSite=None`: a page within another's frame and a call from another
 * site of the team's must meet its version too. They open nothing, so that nobody gains who has them sent.
 */
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None";

interface Answering {
  track: string;
  /** Of the app in it, in hex digits. */
  version: string;
  stickiness: Settings["stickiness"];
  /** Address ranges before the balancer. */
  proxies: string[];
  /** What an answer says to caches, in nginx's variables. */
  cacheControl: string;
}

/** The variables of {@link cookieMaps}, each a cookie, or empty where a browser is told nothing. */
export function cookieVariables({ stickiness }: Pick<Answering, "stickiness">): string[] {
  return [...(stickiness === "none" ? [] : ["$session_cookie", "$bucket_cookie"]), "$user_cookie"];
}

/**
 * nginx's part in who meets which version: sessions (rules.ts), the number of the user whom the app names, and `$visit` for the log
 * (visits.ts).
 *
 * None goes with a failure: nobody is held where nothing answers. Where something is before the balancer
 * (`network.proxies`), none goes with what others may keep and hand out (RFC 9111, "Storing Responses in Caches"): a cache
 * would bring all its browsers to one version.
 */
export function cookieMaps(answering: Answering): string {
  const { proxies, cacheControl, stickiness } = answering;
  const shared = '"~*private" 0; "~*(public|s-maxage|immutable|max-age=[1-9])" 1;';
  return `  map "${cacheControl}" $kept_by_others { default 0; ${proxies.length > 0 ? shared : ""} }
  map "$status $kept_by_others" $has_no_cookie { default 0; ~^5 1; "~ 1$" 1; }
${stickiness === "none" ? "" : sessionMaps(answering, stickiness)}${USER_MAPS}`;
}

function sessionMaps({ track, version }: Answering, idle: Duration): string {
  const tag = tagOf(track, version);
  const session = `${SESSION_COOKIE}=${tag}; Max-Age=${seconds(idle)}; ${ATTRIBUTES}`;
  const bucket = `${BUCKET_COOKIE}=$bucket_tens$bucket_ones.${tag}; Max-Age=${YEAR_SECONDS}; ${ATTRIBUTES}`;
  return `  map $http_cookie $has_bucket { default 0; "~${BEFORE}${BUCKET_COOKIE}=\\d\\d\\." 1; }
${tenth("$request_id", "bucket_tens")}${tenth("$request_id", "bucket_ones")}  map "$has_no_cookie$has_bucket" $bucket_cookie { default ""; 00 "${bucket}"; }
  map $has_no_cookie $session_cookie { default ""; 0 "${session}"; }
${visits(tag)}`;
}

/** What the app may say of who asked: an id that stays, such as the row of the user. It goes no further than nginx. */
export const USER_HEADER = "X-Rollout-User";

const USER_ID = `$upstream_http_${USER_HEADER.toLowerCase().replaceAll("-", "_")}`;

/**
 * From the id alone, so that all servers of all tracks give a user one number. Told anew only to a browser that has another:
 * somebody else may have logged in.
 */
const USER_MAPS = `${tenth(USER_ID, "user_tens")}${tenth(USER_ID, "user_ones")}  map $http_cookie $kept_user { default ""; "~${BEFORE}${USER_COOKIE}=(?<user_number>\\d\\d)${AFTER}" $user_number; }
  map ${USER_ID} $told_user { default $user_tens$user_ones; "" ""; }
  map "$has_no_cookie $told_user $kept_user" $user_cookie { default "${USER_COOKIE}=$told_user; Max-Age=${YEAR_SECONDS}; ${ATTRIBUTES}"; ~^1 ""; "~^0  " ""; "~^0 (\\d\\d) \\1$" ""; }
`;

/** A digit of two: of many ids each digit has a tenth, whatever the other is. */
function tenth(id: string, name: string): string {
  const shares = Array.from({ length: 9 }, (_, digit) => `10% ${digit};`).join(" ");
  return `  split_clients "${id} ${name}" $${name} { ${shares} * 9; }\n`;
}
