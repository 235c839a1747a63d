import { expect, test } from "vitest";
import { configText, structureOf } from "../../../rollout/platforms/rehearsal/balancer/config/config.ts";
import {
  balancerCommand,
  balancerLayout,
} from "../../../rollout/platforms/rehearsal/balancer/config/layout.ts";
import { describeBalancer } from "../../../rollout/platforms/rehearsal/plan/balancer/describe.ts";
import type { BalancerSetup } from "../../../rollout/platforms/rehearsal/plan/balancer/model.ts";
import { balancerGraph, SESSIONS, TOKEN, type Wanted } from "./balancer-graph.ts";

const layout = balancerLayout("/stacks/beta/haproxy");
const place = (name: string, port: number) => ({ name, address: "127.0.0.1", port });

function config(wanted: Wanted = {}, setup: Partial<BalancerSetup> = {}): string {
  const complete: BalancerSetup = {
    address: "127.0.0.1",
    httpsPort: 8443,
    httpPort: 8080,
    certificateFile: "/stacks/beta/ca/my $certificate.pem",
    servers: { blue: [place("blue-1", 9001)], green: [place("green-1", 9002)] },
    ...setup,
  };
  return configText(
    describeBalancer(balancerGraph(wanted), () => TOKEN),
    complete,
    layout,
  );
}

test("the front speaks TLS as the listener's policy says, with HTTP/2", () => {
  expect(config()).toContain(
    'bind 127.0.0.1:8443 ssl crt "/stacks/beta/ca/my \\$certificate.pem" alpn h2,http/1.1 ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3 ' +
      "ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384 " +
      "ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256 curves X25519:P-256:P-384",
  );
});

test("a track's servers are checked as its target group says", () => {
  expect(config({ change: { "beta-blue": { slowStart: 30 } } })).toContain(
    "  server blue-1 127.0.0.1:9001 ssl verify none alpn http/1.1 pool-purge-delay 500ms check-ssl check-alpn http/1.1 check inter 1s rise 2 fall 2 slowstart 30s\n",
  );
});

test("neither weights nor sessions nor maintenance are in it: they change without a reload", () => {
  expect(config({ weights: { blue: 0, green: 100 }, sessions: SESSIONS, maintenance: true })).toBe(config());
});

test("servers that come and go need no reload, tracks and limits do", () => {
  const before = structureOf(config());
  expect(structureOf(config({}, { servers: { blue: [place("blue-2", 9003)] } }))).toBe(before);
  expect(structureOf(config({ weights: { blue: 90, green: 10, red: 0 } }))).not.toBe(before);
  expect(structureOf(config({}, { httpsPort: 9443 }))).not.toBe(before);
});

test("the operators' token isn't in it", () => {
  expect(config({ maintenance: true })).not.toContain(TOKEN);
});

test("HAProxy runs in the foreground as master and worker, so that its process id survives a reload", () => {
  expect(balancerCommand(layout).join(" ")).toBe(
    "haproxy -W -S /stacks/beta/haproxy/master.sock,mode,600 -C /stacks/beta/haproxy -f /stacks/beta/haproxy/haproxy.cfg",
  );
});
