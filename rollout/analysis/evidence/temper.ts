/**
 * What a trial is. `bad`: one bad request of either track, a hit when it is the candidate's; hits and others both come in
 * bursts. `requests`: one request of the candidate, a hit when it is bad; only hits come in bursts.
 */
export type Stream = "bad" | "requests";

const STEPS = 30;

/**
 * The power to which a likelihood ratio is raised so that its expectation under "no worse" is at most 1 although bad
 * requests come in bursts.
 *
 * Dividing the log-evidence by the dispersion phi (quasi-likelihood) is right for small regressions only: for large ones the
 * evidence of one long burst, a^s, grows faster than its probability falls. So the power is the largest t for which the
 * compound process stays an e-value, with bursts of geometric size, mean m = (phi + 1) / 2 (the size distribution that has
 * dispersion phi), with generating function G(x) = x / (m - (m - 1) x):
 * - `bad`: q G(a^t) + (1 - q) G(b^t) = 1, a burst being all on one track;
 * - `requests`: (p / m) (G(a^t) - 1) + (1 - p) (b^t - 1) = 0.
 * With phi = 1 both give t = 1, the plain likelihood ratio; for small regressions t tends to 1 / phi.
 *
 * @param hit log of a, above 0
 * @param other log of b, below 0
 */
export function tempered(stream: Stream, share: number, hit: number, other: number, phi: number): number {
  if (phi <= 1) return 1;
  const mean = (phi + 1) / 2;
  const generate = (x: number) => x / (mean - (mean - 1) * x);
  const excess = (t: number) => {
    const hits = generate(Math.exp(t * hit));
    return stream === "bad"
      ? share * hits + (1 - share) * generate(Math.exp(t * other)) - 1
      : (share / mean) * (hits - 1) + (1 - share) * (Math.exp(t * other) - 1);
  };
  // Convex, 0 at 0 and falling there: one more root, below the pole of G. Bisection from below ends on the safe side of it.
  let low = 0;
  let high = Math.min(1, Math.log(mean / (mean - 1)) / hit);
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) <= 0) low = middle;
    else high = middle;
  }
  return low;
}
