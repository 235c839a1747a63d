import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sign } from "../../app/cookies.ts";
import { callerOf, identityCookie, parseCaller } from "../../app/identity.ts";
import { flagSchema } from "../../infra/flags/schema.ts";

const SETTINGS = { secretKey: "k".repeat(64), cookieSecure: true, cookieSameSite: "strict" } as const;
const pair = (header: string) => header.split(";")[0]!;

describe("who asks", () => {
  test.each([
    { tenant: "acme", group: "admin" },
    { tenant: "o'brien+x@example.com" },
    { tenant: "Smith & Sons" },
    { group: "admin" },
    {},
  ])("is %o", (caller) => {
    const header = identityCookie(caller, SETTINGS);
    expect(header).toMatch(/^__Host-identity=\S+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect(callerOf(`a=b; ${pair(header)}`, SETTINGS)).toEqual(caller);
  });

  test.each([
    ["nothing", undefined],
    ["a group that was changed", pair(identityCookie({ group: "user" }, SETTINGS)).replace("user", "admin")],
    ["another's key", pair(identityCookie({ group: "admin" }, { ...SETTINGS, secretKey: "x".repeat(64) }))],
    ["no signature", "__Host-identity=identity:acme:admin"],
    ["another signed cookie of ours", `__Host-identity=${sign("session:acme:admin", SETTINGS.secretKey)}`],
  ])("isn't believed by %s", (_, header) => {
    expect(callerOf(header, SETTINGS)).toEqual({});
  });

  test("is of the same names as a flag's", () => {
    const names = fc.oneof(fc.string({ maxLength: 4 }), fc.stringMatching(/^[a-z0-9 ._@+'&():-]{1,6}$/));
    const isCaller = (caller: object) => {
      try {
        return parseCaller(caller) !== undefined;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(names, (name) => {
        expect(isCaller({ tenant: name })).toBe(flagSchema.shape.tenants.safeParse([name]).success);
        expect(isCaller({ group: name })).toBe(flagSchema.shape.groups.safeParse([name]).success);
      }),
      { seed: 15, numRuns: 2000 },
    );
  });

  test("is named by names alone", () => {
    expect(parseCaller({ tenant: "acme" })).toEqual({ tenant: "acme" });
    expect(() => parseCaller({ tenant: "a:admin", role: "x" })).toThrow(
      "tenant must be the name of a tenant; role is no part of an identity",
    );
  });
});
