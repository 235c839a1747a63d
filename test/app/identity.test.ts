import { describe, expect, test } from "vitest";
import { sign } from "../../app/cookies.ts";
import { callerOf, identityCookie, parseCaller } from "../../app/identity.ts";

const SETTINGS = { secretKey: "k".repeat(64), cookieSecure: true, cookieSameSite: "strict" } as const;
const pair = (header: string) => header.split(";")[0]!;

describe("who asks", () => {
  test.each([{ tenant: "acme", group: "admin" }, { tenant: "acme" }, { group: "admin" }, {}])(
    "is %o",
    (caller) => {
      const header = identityCookie(caller, SETTINGS);
      expect(header).toMatch(/^__Host-identity=\S+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
      expect(callerOf(`a=b; ${pair(header)}`, SETTINGS)).toEqual(caller);
    },
  );

  test.each([
    ["nothing", undefined],
    ["a group that was changed", pair(identityCookie({ group: "user" }, SETTINGS)).replace("user", "admin")],
    ["another's key", pair(identityCookie({ group: "admin" }, { ...SETTINGS, secretKey: "x".repeat(64) }))],
    ["no signature", "__Host-identity=identity:acme:admin"],
    ["another signed cookie of ours", `__Host-identity=${sign("session:acme:admin", SETTINGS.secretKey)}`],
  ])("isn't believed by %s", (_, header) => {
    expect(callerOf(header, SETTINGS)).toEqual({});
  });

  test("is named by names alone", () => {
    expect(parseCaller({ tenant: "acme" })).toEqual({ tenant: "acme" });
    expect(() => parseCaller({ tenant: "a:admin", role: "x" })).toThrow(
      "tenant must be the name of a tenant; role is no part of an identity",
    );
  });
});
