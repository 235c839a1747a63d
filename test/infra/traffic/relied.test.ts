import { usersRelyOn } from "../../support/relied.ts";

usersRelyOn("beta", [
  ["a silent connection outlives the app's time limit", "LoadBalancer beta-alb", "idleTimeout", 65],
  ["a client stays connected for an hour", "LoadBalancer beta-alb", "clientKeepAlive", 3600],
  [
    "headers that could smuggle a request are dropped",
    "LoadBalancer beta-alb",
    "dropInvalidHeaderFields",
    true,
  ],
  ["and such requests turned away", "LoadBalancer beta-alb", "desyncMitigationMode", "defensive"],
  ["the app sees the name that was asked for", "LoadBalancer beta-alb", "preserveHostHeader", true],
  ["HTTP/2 is spoken", "LoadBalancer beta-alb", "enableHttp2", true],
  ["the balancer isn't deleted by a mistake", "LoadBalancer beta-alb", "enableDeletionProtection", true],
  ["each request is on record", "LoadBalancer beta-alb", "accessLogs.enabled", true],
  ["for a month", "BucketLifecycleConfiguration beta-access-logs", "rules.0.expiration.days", 30],
  [
    "what wasn't wholly written goes after a day",
    "BucketLifecycleConfiguration beta-access-logs",
    "rules.0.abortIncompleteMultipartUpload.daysAfterInitiation",
    1,
  ],
  ["the certificate's proof moves within minutes", "Record beta-certificate-proof", "ttl", 300],
  ["and may stand there already", "Record beta-certificate-proof", "allowOverwrite", true],
  // 150 a minute, counted over five.
  [
    "nobody may ask more often than configured",
    "WebAcl beta-waf",
    "rules.0.statement.rateBasedStatement",
    { aggregateKeyType: "IP", evaluationWindowSec: 300, limit: 750 },
  ],
  [
    "who does is told when to come again",
    "WebAcl beta-waf",
    "rules.0.action.block.customResponse",
    { responseCode: 429, responseHeaders: [{ name: "Retry-After", value: "300" }] },
  ],
  ["the rate is looked at before AWS's rules", "WebAcl beta-waf", "rules.0.priority", 1],
  [
    "what is turned away is counted",
    "WebAcl beta-waf",
    "rules.0.visibilityConfig",
    { metricName: "beta-rate", cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true },
  ],
]);
