import { describe, expect, test } from "vitest";
import { Misuse } from "../../../rollout/errors.ts";
import { readProfile } from "../../../rollout/load/profile/read.ts";
import { isLoopback } from "../../../rollout/load/requests/client.ts";
import { type Asked, targetOf } from "../../../rollout/load/where.ts";

const here = { url: "https://127.0.0.1:8443", domain: "beta.example.com", caFile: "ca.pem" };

function ask(over: Partial<Asked>) {
  return targetOf({
    on: "rehearsal",
    consent: false,
    domain: "beta.example.com",
    requestsPerMinute: 150,
    profile: readProfile("10"),
    rehearsed: () => here,
    ...over,
  });
}

describe("the load goes to", () => {
  test("the rehearsal unless told otherwise", () => {
    expect(ask({})).toBe(here);
    expect(ask({ url: "https://localhost:8443/" })).toBe(here);
  });
  test("another service of this machine, also where nothing is rehearsed", () => {
    const other = { url: "http://127.0.0.1:3000", domain: "beta.example.com" };
    expect(ask({ url: other.url })).toEqual(other);
    const rehearsed = () => {
      throw new Error("not up");
    };
    expect(ask({ url: other.url, rehearsed })).toEqual(other);
    expect(() => ask({ rehearsed })).toThrow("not up");
  });
  test("real servers when somebody says so, and not beyond what their firewall takes", () => {
    const aws = { on: "aws", consent: true } as const;
    expect(ask(aws)).toEqual({ url: "https://beta.example.com", domain: "beta.example.com" });
    expect(ask({ ...aws, url: "https://beta.example.com/" }).url).toBe("https://beta.example.com");
    const hundred = { ...aws, profile: readProfile("100") };
    expect(() => ask(hundred)).toThrow(/858 requests a minute.*takes 150 of one address/);
    expect(ask({ ...hundred, requestsPerMinute: 900 }).url).toBe("https://beta.example.com");
  });
  test.each([
    [{ on: "aws" } as const, "Add --on aws --yes-on-aws"],
    [{ url: "https://beta.example.com", consent: true }, "Add --on aws --yes-on-aws"],
    [{ url: "https://example.org" }, "only this machine or the stack's own domain (beta.example.com)"],
    [{ url: "https://beta.example.com.evil.example" }, "only this machine"],
    [{ url: "https://127.0.0.1.evil.example" }, "only this machine"],
    [{ url: "https://10.0.0.1" }, "only this machine"],
    [{ url: "http://beta.example.com", on: "aws", consent: true } as const, "asked by https only"],
    [{ url: "https://127.0.0.1:8443", on: "aws", consent: true } as const, "is this machine, not AWS"],
    [{ url: "beta.example.com" }, "it must be a URL"],
    [{ url: "https://me:secret@127.0.0.1" }, "it must be a URL"],
    [{ url: "ftp://127.0.0.1" }, "it must be a URL"],
  ])("nowhere with %j", (over, message) => {
    expect(() => ask(over)).toThrow(message);
    expect(() => ask(over)).toThrow(Misuse);
  });
});

test.each([
  ["localhost", true],
  ["127.8.0.1", true],
  ["[::1]", true],
  ["127.0.0.1.example.com", false],
  ["128.0.0.1", false],
])("%s is this machine: %s", (host, is) => {
  expect(isLoopback(host)).toBe(is);
});
