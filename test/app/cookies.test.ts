import { describe, expect, test } from "vitest";
import { cookieIn, sessionCookie, sign, unsign } from "../../app/cookies.ts";

const key = "k".repeat(64);

describe("a signed value", () => {
  test("comes back", () => expect(unsign(sign("session-1", key), key)).toBe("session-1"));

  test.each([
    ["with another key", sign("session-1", "x".repeat(64))],
    ["with another value", sign("session-1", key).replace("session-1", "session-2")],
    ["cut short", sign("session-1", key).slice(0, -1)],
    ["without a signature", "session-1"],
    ["empty", ""],
  ])("%s doesn't", (_, signed) => expect(unsign(signed, key)).toBeUndefined());
});

test.each([
  ["a=1; session=two; b=3", "two"],
  ["session=x=y", "x=y"],
  ["mysession=no", undefined],
  [undefined, undefined],
])("the session in %j is %j", (header, value) => {
  expect(cookieIn(header, "session")).toBe(value);
});

describe("the session's cookie", () => {
  test("is closed to scripts, other sites and plain HTTP", () => {
    const settings = { cookieSecure: true, cookieSameSite: "strict", sessionExpireHours: 8 } as const;
    expect(sessionCookie("v", settings)).toBe(
      "__Host-session=v; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure",
    );
  });

  test("is removed by an empty one", () => {
    const settings = { cookieSecure: false, cookieSameSite: "lax", sessionExpireHours: 8 } as const;
    expect(sessionCookie("", settings)).toBe("session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  });
});
