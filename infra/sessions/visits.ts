import { literal } from "../cookies/expressions.ts";
import { BUCKET_COOKIE, SESSION_COOKIE } from "./rules.ts";

/** Where a cookie begins and ends in the header: nothing, or the next one. */
export const [BEFORE, AFTER] = ["(?:^|[;\\s])", "(?:;|$)"];

/**
 * What a request is to the count of sessions, as nginx logs it:
 *
 * - `first`: a browser asks for a page and has no number yet. The weights have chosen its track: it is a trial of the split.
 * - `again`: it has a number, and no session of this version. Its number has chosen, the same at each of its visits.
 * - `held`: of a session of this version, whatever it asks for.
 * - `led`: a rule leads it, whatever the weights.
 *
 * Nothing is said of all others. A client that keeps no cookies is one at each request, so that only what a browser sends with a page
 * counts as a beginning: `Sec-Fetch-Mode: navigate` (W3C, Fetch Metadata Request Headers), or before browsers had that
 * `Upgrade-Insecure-Requests` (W3C, Upgrade Insecure Requests). No script, probe, app or load generator sends either by
 * itself. Who comes without a number and with a session was given that by somebody else, and is a first visit: that is how one
 * shows who sets a track's cookie on the way.
 */
export const VISITS = ["first", "again", "held", "led"] as const;
export type Visiting = (typeof VISITS)[number];

/**
 * The variable `$visit`, and `$number`, which tells browsers behind one address apart. It needs `$has_bucket` (cookies.ts).
 *
 * `$led`: whatever a tester may be led by, whichever track answers. Who is led is no trial of the weights. A cohort's users
 * aren't known here, as servers would be made anew for it: rollout/core/next/sessions.ts asks whether one was led.
 *
 * @param tag of the server's track and version
 */
export function visits(tag: string): string {
  const own = `"~${BEFORE}${SESSION_COOKIE}=${literal(tag)}${AFTER}"`;
  return `  map $http_x_rollout_track $led_by_header { default 1; "" 0; }
  map $http_cookie $led { default $led_by_header; "~${BEFORE}rollout-track=" 1; }
  map $http_cookie $number { default ""; "~${BEFORE}${BUCKET_COOKIE}=(?<number_in>\\d\\d)\\." $number_in; }
  map $http_cookie $session { default new; ${own} held; }
  map "$http_sec_fetch_mode$http_upgrade_insecure_requests" $asks_page { default 0; ~^navigate 1; 1 1; }
  map "$led$asks_page$has_bucket$session" $visit { default ""; ~^1 led; ~^010 first; ~^011new again; ~held$ held; }
`;
}
