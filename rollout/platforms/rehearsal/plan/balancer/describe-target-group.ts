import type { GraphResource } from "../../../../graph/model.ts";
import { Inputs } from "./inputs.ts";
import type { HealthModel, TrackModel } from "./model.ts";

const ALGORITHMS = { round_robin: "round-robin", least_outstanding_requests: "least-outstanding" } as const;

/** A target group as the rehearsal plays it; what isn't set has the default of the ALB User Guide ("Target groups"). */
export function targetGroupOf(resource: GraphResource, track: string): TrackModel {
  const inputs = Inputs.of(resource);
  const scheme = schemeOf(inputs.at("protocol"));
  inputs.at("protocolVersion").oneOf(["HTTP1"], "HTTP1");
  const stickiness = inputs.at("stickiness.enabled");
  if (inputs.at("stickiness").present && stickiness.flag(true))
    stickiness.fail("the rehearsal plays stickiness between tracks, which the listener's action sets");
  const algorithm = inputs
    .at("loadBalancingAlgorithmType")
    .oneOf(["round_robin", "least_outstanding_requests"], "round_robin");
  return {
    name: track,
    scheme,
    algorithm: ALGORITHMS[algorithm],
    health: healthOf(inputs, scheme),
    drainSeconds: inputs.at("deregistrationDelay").number(300),
    slowStartSeconds: inputs.at("slowStart").number(0),
  };
}

function healthOf(inputs: Inputs, scheme: "http" | "https"): HealthModel {
  const health = inputs.at("healthCheck");
  if (!health.at("enabled").flag(true))
    health.at("enabled").fail("the rehearsal plays health checks that are on");
  health.at("port").oneOf(["traffic-port"], "traffic-port");
  const statuses = health.at("matcher").text("200");
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(statuses))
    health.at("matcher").fail("must be statuses such as 200 or 200-299");
  const path = health.at("path").text("/");
  if (!/^\/[!-~]*$/.test(path)) health.at("path").fail("must be a path such as /health");
  if (health.at("protocol").present && schemeOf(health.at("protocol")) !== scheme)
    health.at("protocol").cannotPlay("checks health over the protocol of the traffic");
  return {
    path,
    statuses,
    intervalSeconds: health.at("interval").number(30),
    timeoutSeconds: health.at("timeout").number(5),
    healthyAfter: health.at("healthyThreshold").number(5),
    unhealthyAfter: health.at("unhealthyThreshold").number(2),
  };
}

function schemeOf(protocol: Inputs): "http" | "https" {
  return protocol.oneOf(["HTTP", "HTTPS"]) === "HTTPS" ? "https" : "http";
}
