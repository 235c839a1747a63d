import { expect, test } from "vitest";
import { program } from "../../../infra/program.ts";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { record } from "../../support/mocks.ts";

const settings = parseSettings("beta", "us-east-1", {
  tier: "beta",
  domain: "shop.example.com",
  domains: [
    { name: "www.shop.example.com", redirect: true },
    { name: "shop.example.org" },
    { name: "example.com", redirect: true },
    { name: "store.example.net", zone: "example.net", redirect: true },
  ],
  tracks: { blue: { weight: 100, image: `registry.example.com/app@sha256:${"0".repeat(64)}` } },
  stable: "blue",
});
const zones: string[] = [];
const recorded = await record(() => program(settings), {
  invokes: {
    "aws:route53/getZone:getZone": ({ name }) => {
      zones.push(String(name));
      return { zoneId: `zone of ${name}` };
    },
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
  },
});

const RECORD = "aws:route53/record:Record";

test("one certificate is for all names, each proved in its own zone", () => {
  expect(recorded.one("aws:acm/certificate:Certificate").inputs).toMatchObject({
    domainName: "shop.example.com",
    subjectAlternativeNames: ["example.com", "shop.example.org", "store.example.net", "www.shop.example.com"],
  });
  const proofs = recorded.of(RECORD).filter(({ name }) => name.includes("-proof"));
  expect(proofs.map(({ name, inputs }) => [name, inputs.zoneId])).toEqual([
    ["beta-certificate-proof", "zone of example.com"],
    ["beta-certificate-proof-example-com", "zone of example.com"],
    ["beta-certificate-proof-shop-example-org", "zone of example.org"],
    ["beta-certificate-proof-store-example-net", "zone of example.net"],
    ["beta-certificate-proof-www-shop-example-com", "zone of example.com"],
  ]);
  expect(zones.toSorted()).toEqual(["example.com", "example.net", "example.org"]);
});

test("each leads to the balancer, by both kinds of address", () => {
  const leading = recorded.of(RECORD).filter(({ inputs }) => inputs.aliases);
  expect(leading.map(({ inputs }) => `${inputs.name} ${inputs.type}`).toSorted()).toEqual(
    [
      "example.com",
      "shop.example.com",
      "shop.example.org",
      "store.example.net",
      "www.shop.example.com",
    ].flatMap((name) => [`${name} A`, `${name} AAAA`]),
  );
});

test("those that redirect come before every tester's rule, each in a place of its own", () => {
  const rules = recorded.of("aws:lb/listenerRule:ListenerRule");
  const redirecting = rules.filter(({ inputs }) => inputs.actions[0].type === "redirect");
  expect(redirecting.map(({ inputs }) => inputs.conditions[0].hostHeader.values)).toEqual([
    ["example.com"],
    ["store.example.net"],
    ["www.shop.example.com"],
  ]);
  for (const { inputs } of redirecting)
    expect(inputs.actions[0].redirect).toEqual({
      host: "shop.example.com",
      port: "443",
      protocol: "HTTPS",
      statusCode: "HTTP_301",
    });
  const places = redirecting.map(({ inputs }) => inputs.priority);
  expect(new Set(places).size).toBe(3);
  const others = rules.filter((rule) => !redirecting.includes(rule)).map(({ inputs }) => inputs.priority);
  expect(Math.max(...places)).toBeLessThan(Math.min(...others));
  expect(Math.min(...places)).toBeGreaterThanOrEqual(1);
});
