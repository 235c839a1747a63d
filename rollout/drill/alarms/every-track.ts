import type { Shot, Shots } from "../../load/requests/shot.ts";

/** nginx limits each address: so many stand for users, in the range for load tests (RFC 2544). */
const ADDRESSES = 2_000;

/**
 * Requests that change nothing, to every track in turn, whatever its weight, by the header that testers send. What becomes of them is for the
 * balancer's counters to say.
 */
export function toEveryTrack(tracks: readonly string[], paths: readonly string[]): Shots {
  let sent = 0;
  return {
    next() {
      const track = tracks[sent % tracks.length] ?? "";
      const address = Math.floor(sent / tracks.length) % ADDRESSES;
      const shot: Shot = {
        method: "GET",
        path: paths[Math.floor(sent / tracks.length) % paths.length] ?? "/",
        headers: { "x-rollout-track": track },
        from: `198.18.${address >> 8}.${address & 255}`,
        mistake: () => undefined,
      };
      sent += 1;
      return shot;
    },
  };
}
