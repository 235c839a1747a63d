import { describe, expect, it } from "vitest";
import { environmentOf } from "../../../rollout/platforms/rehearsal/plan/environment.ts";

const here = { etc: "/tmp/blue-1/etc", databasePort: 4001, cachePort: 4002 };

describe("the application's environment here", () => {
  it.each([
    ["a plain value", "A=b=c", { A: "b=c" }],
    ["comments and empty lines", "# no\n\nA=b", { A: "b" }],
    ["a secret", "KEY=@@secret-key@@", { KEY: "s3cret" }],
    ["a secret before an @", "URL=redis://:@@secret-key@@@host/0", { URL: "redis://:s3cret@host/0" }],
    ["the database's place", "D=//database.rehearsal:5432/app", { D: "//127.0.0.1:4001/app" }],
    ["the cache's place", "C=//cache.rehearsal:6379/0", { C: "//127.0.0.1:4002/0" }],
    ["a path of the server", "P=/etc/rollout/tls/ca.pem", { P: "/tmp/blue-1/etc/tls/ca.pem" }],
  ])("has %s", (_, template, expected) => {
    expect(environmentOf(template, { "secret-key": "s3cret" }, here)).toEqual(expected);
  });

  it("refuses a placeholder that nothing fills", () => {
    expect(() => environmentOf("KEY=@@other@@", {}, here)).toThrow(
      "asks for a secret that isn't there: other",
    );
  });
});
