import { RESPONSE_HEADERS } from "../../plan/balancer/describe-firewall.ts";
import type {
  BalancerModel,
  BalancerSetup,
  ConditionModel,
  LedModel,
  RateModel,
  RedirectModel,
} from "../../plan/balancer/model.ts";
import { backendOf, NOWHERE } from "./config-backend.ts";
import { COHORTS_MAP, FIREWALL, FIREWALL_MAP, RULES_MAP, SPLIT, SPLIT_MAP } from "./maps.ts";
import { quoted } from "./quoted.ts";
import { SLOTS } from "./slots.ts";

/** While maintenance is off the graph doesn't say who passes; with this name a switch needs no reload. */
const USUAL_PASS_HEADER = "x-rollout-operator";

/** The plain listener. */
export function redirectLines(status: 301 | 302, { address, httpPort, httpsPort }: BalancerSetup): string[] {
  const port = httpsPort === 443 ? "" : `:${httpsPort}`;
  return [
    "frontend plain",
    `  bind ${address}:${httpPort}`,
    `  http-request redirect code ${status} location https://%[req.hdr(host),host_only]${port}%[pathq]`,
    "",
  ];
}

function redirectLine({ from, to, status }: RedirectModel, { httpsPort }: BalancerSetup): string {
  const port = httpsPort === 443 ? "" : `:${httpsPort}`;
  const asked = `{ req.hdr(host),host_only -i -m str ${quoted(from)} }`;
  return `  http-request redirect code ${status} location https://${to}${port}%[pathq] if ${asked}`;
}

/** The HTTPS listener. A request meets, in this order: the web ACL, the redirects, the rules of testers and cohorts, those of sessions, the split. */
export function frontendLines(model: BalancerModel, setup: BalancerSetup): string[] {
  return [
    "frontend https",
    `  bind ${setup.address}:${setup.httpsPort} ${tlsWords(model, setup)}`,
    `  option http-restrict-req-hdr-names ${model.dropInvalidHeaders ? "delete" : "preserve"}`,
    ...HEADER_LIMITS,
    ...maintenanceLines(model),
    ...CLIENT,
    ...(model.firewall.rate ? rateLines(model.firewall.rate) : []),
    ...model.redirects.map((each) => redirectLine(each, setup)),
    ...forwardedLines(model, setup),
    ...model.led.map(ledLine),
    `  http-request set-var(txn.track) var(txn.cohort),map(${COHORTS_MAP}) unless { var(txn.track) -m found }`,
    `  http-request set-var(txn.track) req.fhdr(cookie),map_reg(${RULES_MAP}) unless { var(txn.track) -m found }`,
    ...splitRules(),
    `  use_backend ${backendOf("%[var(txn.track)]")} if { var(txn.track) -m found }`,
    `  default_backend ${NOWHERE}`,
    ...statusRules(),
    "",
  ];
}

function tlsWords({ tls, http2 }: BalancerModel, { certificateFile }: BalancerSetup): string {
  return [
    `ssl crt ${quoted(certificateFile)} alpn ${http2 ? "h2,http/1.1" : "http/1.1"}`,
    `ssl-min-ver ${tls.minVersion} ssl-max-ver ${tls.maxVersion}`,
    ...(tls.ciphers ? [`ciphers ${tls.ciphers.join(":")}`] : []),
    ...(tls.suites ? [`ciphersuites ${tls.suites.join(":")}`] : []),
    `curves ${tls.groups.join(":")}`,
  ].join(" ");
}

const KIB = 1024;

/**
 * What an ALB takes (ALB User Guide, "Quotas", HTTP headers; "Troubleshoot", HTTP 400 and 502): 16 KiB for the request's
 * line and for one header, 64 KiB for all of them, 32 KiB for an answer's.
 */
const HEADER_LIMITS = [
  `  http-request deny deny_status 400 if { url,length gt ${16 * KIB} }`,
  `  http-request deny deny_status 400 if { req.hdrs,length gt ${64 * KIB} }`,
  // Header by header only where one can be too long.
  `  http-request deny deny_status 400 if { req.hdrs,length gt ${16 * KIB} } { req.hdrs -m reg [^\\n]{${16 * KIB + 2},} }`,
  `  http-response return status 502 if { res.hdrs,length gt ${32 * KIB} }`,
];

/** On while the firewall's map says so. */
function maintenanceLines({ firewall }: BalancerModel): string[] {
  const map = `map(${FIREWALL_MAP})`;
  const closed = "{ var(txn.closed) -m found }";
  const header = firewall.maintenance?.passHeader ?? USUAL_PASS_HEADER;
  return [
    `  http-request set-var-fmt(txn.pass) ${FIREWALL.pass(`%[req.fhdr(${header}),sha2(256),hex]`)}`,
    `  http-request set-var(txn.closed) str(${FIREWALL.closed}),${map} unless { var(txn.pass),${map} -m found }`,
    `  http-request return status 503 content-type text/html lf-string %[str(${FIREWALL.body}),${map},b64dec] if ${closed}`,
    ...RESPONSE_HEADERS.map((name) => {
      const value = `str(${FIREWALL.header(name)}),${map}`;
      return `  http-after-response set-header ${name} %[${value}] if ${closed} { ${value} -m found }`;
    }),
  ];
}

/**
 * Every client is on this machine, so one may say which address it stands for: the last in X-Forwarded-For, where the
 * balancer before this one would have put it.
 */
const STATED = "req.hdr_ip(x-forwarded-for,-1)";
const CLIENT = [
  "  http-request set-var(txn.client) src",
  `  http-request set-var(txn.client) ${STATED} if { ${STATED} -m found }`,
];

function rateLines({ requests, status, headers, contentType, body }: RateModel): string[] {
  const fields = Object.entries(headers)
    .map(([name, value]) => ` hdr ${name} ${quoted(value)}`)
    .join("");
  const page = body ? ` content-type ${contentType} string ${quoted(body)}` : "";
  return [
    "  http-request track-sc1 var(txn.client) table rates",
    `  http-request return status ${status}${page}${fields} if { sc1_http_req_rate gt ${requests} }`,
  ];
}

function forwardedLines({ forwardedFor }: BalancerModel, { httpsPort }: BalancerSetup): string[] {
  const before = "req.fhdr(x-forwarded-for)";
  const lines = {
    append: [
      `  http-request set-var-fmt(txn.before) "%[${before}], " if { ${before} -m found }`,
      "  http-request set-header X-Forwarded-For %[var(txn.before)]%[src]",
    ],
    preserve: [],
    remove: ["  http-request del-header X-Forwarded-For"],
  };
  return [
    ...lines[forwardedFor],
    "  http-request set-header X-Forwarded-Proto https",
    `  http-request set-header X-Forwarded-Port ${httpsPort}`,
  ];
}

/** A cohort's track is in a map: a rollback closes it at once, without a reload. */
function ledLine({ track, cohort, conditions }: LedModel): string {
  const [name, word] = cohort === undefined ? ["txn.track", track] : ["txn.cohort", cohort];
  const tests = conditions.map(conditionTest).join(" ");
  return `  http-request set-var(${name}) str(${word}) if !{ var(${name}) -m found } ${tests}`;
}

function conditionTest({ reads, as, values }: ConditionModel): string {
  if (as === "ranges") return `{ var(txn.client) -m ip ${values.join(" ")} }`;
  if (as === "expressions") return `{ ${fetched(reads)} -m reg ${values.map(quoted).join(" ")} }`;
  return `{ ${fetched(reads)} -m reg ${reads === "path" ? "" : "-i "}${values.map(patternWord).join(" ")} }`;
}

function fetched(reads: ConditionModel["reads"]): string {
  if (typeof reads === "object") return `req.fhdr(${reads.header})`;
  return { host: "req.hdr(host),host_only", path: "path", source: "var(txn.client)" }[reads];
}

/** An ALB's pattern, `*` for any text and `?` for one letter, as a regular expression. */
function patternWord(pattern: string): string {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return quoted(`^${expression}$`);
}

/**
 * The listener's forward action. A request takes the next slot: a counter gives each its turn, so that every hundred requests in a row hold the split exactly. Each hundred
 * starts at another slot, or a workload that repeats every ten requests would always meet the same tracks.
 */
function splitRules(): string[] {
  const map = `map(${SPLIT_MAP})`;
  const open = "unless { var(txn.track) -m found }";
  return [
    `  http-request track-sc0 int(1) table turns ${open}`,
    `  http-request set-var(txn.turn) sc0_inc_gpc0 ${open}`,
    `  http-request set-var(txn.start) var(txn.turn),div(${SLOTS}),xxh32 ${open}`,
    `  http-request set-var-fmt(txn.key) ${SPLIT.slot(`%[var(txn.turn),add(txn.start),mod(${SLOTS})]`)} ${open}`,
    `  http-request set-var(txn.track) var(txn.key),${map} ${open}`,
  ];
}

/** An ALB says 502 for a server that can't be reached and 503 for a track without servers; HAProxy says 503 for both. */
function statusRules(): string[] {
  return [
    "  http-response set-var(txn.answered) bool(true)",
    "  http-after-response set-status 502 if { status 503 } { srv_id gt 0 } !{ var(txn.answered) -m found }",
  ];
}
