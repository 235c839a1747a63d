import type { BalancerModel, BalancerSetup } from "../../plan/balancer/model.ts";
import { backendLines, NOWHERE } from "./config-backend.ts";
import { frontendLines, redirectLines } from "./config-frontend.ts";
import type { BalancerLayout } from "./layout.ts";
import { quoted } from "./quoted.ts";

/**
 * haproxy.cfg (HAProxy 2.6) for what the captured stack asks of its load balancer.
 *
 * Weights, sessions and maintenance aren't in it: they are in maps, which change while HAProxy runs. Two texts that
 * differ only in their `server` lines need no reload either.
 */
export function configText(model: BalancerModel, setup: BalancerSetup, layout: BalancerLayout): string {
  return [
    ...globalLines(model, layout),
    ...defaultLines(model),
    ...(model.redirectStatus ? redirectLines(model.redirectStatus, setup) : []),
    ...frontendLines(model, setup),
    ...tableLines(model),
    ...model.tracks.flatMap((track) => backendLines(track, setup.servers[track.name] ?? [])),
    "",
  ].join("\n");
}

/** The config without its servers: when this differs, HAProxy must reload. */
export function structureOf(config: string): string {
  return config.replaceAll(/^ {2}server .*\n/gm, "");
}

function globalLines(model: BalancerModel, layout: BalancerLayout): string[] {
  const longestDrain = Math.max(0, ...model.tracks.map(({ drainSeconds }) => drainSeconds));
  return [
    "global",
    // Or two stacks that come up at the same moment could share a port, each answering some of the other's clients.
    "  noreuseport",
    `  stats socket ${quoted(layout.socket)} mode 600 level admin expose-fd listeners`,
    `  server-state-file ${quoted(layout.serversFile)}`,
    // Room for the headers that an ALB takes, and for what is added to them.
    `  tune.bufsize ${96 * 1024}`,
    `  tune.maxrewrite ${8 * 1024}`,
    // An ALB has WebSockets over HTTP/1.1 alone (ALB User Guide, "Listeners"): browsers open one for them.
    "  h2-workaround-bogus-websocket-clients",
    // How long a process that a reload replaced may finish what it has begun.
    `  hard-stop-after ${longestDrain + model.idleTimeoutSeconds}s`,
    "",
  ];
}

function defaultLines({ idleTimeoutSeconds: idle }: BalancerModel): string[] {
  return [
    "defaults",
    "  mode http",
    // Ten seconds to connect: an ALB's own (ALB User Guide, "Troubleshoot", HTTP 504).
    "  timeout connect 10s",
    ...["client", "server", "http-request", "http-keep-alive", "tunnel"].map(
      (of) => `  timeout ${of} ${idle}s`,
    ),
    "  load-server-state-from-file global",
    // A client that is idle during a reload gets its next answer with `Connection: close`, not a closed connection.
    "  option idle-close-on-response",
    // The first request of a client's connection never goes on a used connection to a server.
    "  http-reuse safe",
    // An ALB doesn't retry, nor does this one, but for a used connection that the server closed at the same moment.
    "  retries 1",
    "  retry-on empty-response",
    "",
  ];
}

/** What is counted: turns of the split, and requests of each address. */
function tableLines({ firewall: { rate } }: BalancerModel): string[] {
  return [
    "backend turns",
    "  stick-table type integer size 1 store gpc0",
    "",
    ...(rate
      ? [
          "backend rates",
          `  stick-table type ipv6 size 100k expire ${2 * rate.windowSeconds}s store http_req_rate(${rate.windowSeconds}s)`,
          "",
        ]
      : []),
    // No track: the group has nobody, as a target group without targets.
    `backend ${NOWHERE}`,
    "",
  ];
}
