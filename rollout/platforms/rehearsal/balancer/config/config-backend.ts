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

const ANYWAY = ".anyway";

/** A server's second entry in HAProxy, by which it gets requests when no server of its track is healthy. */
export function anywayOf(server: string): string {
  return `${server}${ANYWAY}`;
}

/** The server whose second entry that is; undefined for a first one. */
export function serverOfAnyway(name: string): string | undefined {
  return name.endsWith(ANYWAY) ? name.slice(0, -ANYWAY.length) : undefined;
}

/**
 * A track's target group. It never hands its share to another track. While none of its servers is healthy, all of them
 * get requests (ALB User Guide, "Health checks for target groups": the load balancer fails open); without servers it
 * answers 503.
 */
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
    "  option allbackups",
    ...[...servers]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((server) => [serverWords(track, server), anywayWords(track, server)])
      .map((words) => `  server ${words}`),
    "",
  ];
}

/** A server after the word `server`, in the file as in the runtime API, which knows no `default-server`. */
export function serverWords(track: TrackModel, server: ServerPlace): string {
  const { health } = track;
  return [
    placeWords(track, server.name, server),
    ...(track.scheme === "https" ? ["check-ssl check-alpn http/1.1"] : []),
    `check inter ${health.intervalSeconds}s rise ${health.healthyAfter} fall ${health.unhealthyAfter}`,
    ...(track.slowStartSeconds > 0 ? [`slowstart ${track.slowStartSeconds}s`] : []),
  ].join(" ");
}

/** The same server's second entry: not checked, and used when all that are checked are down. */
export function anywayWords(track: TrackModel, server: ServerPlace): string {
  return `${placeWords(track, anywayOf(server.name), server)} backup`;
}

function placeWords(track: TrackModel, name: string, { address, port }: ServerPlace): string {
  return [
    `${name} ${address}:${port}`,
    // As an ALB, which doesn't verify its targets' certificates (ALB User Guide, "Target groups", HTTPS).
    ...(track.scheme === "https" ? ["ssl verify none alpn http/1.1"] : []),
    // A server can't be taken out before its idle connections are closed: half of them every half second.
    "pool-purge-delay 500ms",
  ].join(" ");
}
