import type { ServerPlace, TrackModel } from "../../plan/balancer/model.ts";

/** Where a request goes that no track may have. */
export const NOWHERE = "nowhere";

const PREFIX = "track-";

/** A track's name in HAProxy. */
export function backendOf(track: string): string {
  return `${PREFIX}${track}`;
}

/** The track that a backend plays; undefined for the others. */
export function trackOfBackend(backend: string): string | undefined {
  return backend.startsWith(PREFIX) ? backend.slice(PREFIX.length) : undefined;
}

/** A track's target group. It never hands its share to another track: without a healthy server it answers 503. */
export function backendLines(track: TrackModel, servers: readonly ServerPlace[]): string[] {
  const { health } = track;
  return [
    `backend ${backendOf(track.name)}`,
    `  balance ${track.algorithm === "round-robin" ? "roundrobin" : "leastconn"}`,
    // What isn't safe to do twice isn't done twice.
    "  http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE PUT DELETE }",
    "  option httpchk",
    `  http-check send meth GET uri ${health.path} ver HTTP/1.1 hdr Host localhost hdr User-Agent ELB-HealthChecker/2.0`,
    `  http-check expect status ${health.statuses}`,
    `  timeout check ${health.timeoutSeconds}s`,
    ...[...servers]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((server) => `  server ${serverWords(track, server)}`),
    "",
  ];
}

/** A server after the word `server`, in the file as in the runtime API, which knows no `default-server`. */
export function serverWords(track: TrackModel, { name, address, port }: ServerPlace): string {
  const { health } = track;
  return [
    `${name} ${address}:${port}`,
    // As an ALB, which doesn't verify its targets' certificates (ALB User Guide, "Target groups", HTTPS).
    ...(track.scheme === "https" ? ["ssl verify none alpn http/1.1 check-ssl check-alpn http/1.1"] : []),
    `check inter ${health.intervalSeconds}s rise ${health.healthyAfter} fall ${health.unhealthyAfter}`,
    // A server can't be taken out before its idle connections are closed: half of them every half second.
    "pool-purge-delay 500ms",
    ...(track.slowStartSeconds > 0 ? [`slowstart ${track.slowStartSeconds}s`] : []),
  ].join(" ");
}
