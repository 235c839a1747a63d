import { describe, expect, test } from "vitest";
import { Door } from "../../../rollout/ui/door.ts";

const HOST = "127.0.0.1:4000";
const ORIGIN = `http://${HOST}`;

const asked = (url: string, headers: Record<string, string> = {}, method = "GET") => ({
  url,
  method,
  headers: { host: HOST, ...headers },
});

/** A door, and the cookie of the browser that has been let in. */
function entered(): { door: Door; cookie: string } {
  const door = new Door(4000);
  const entry = door.enter(asked(`/?token=${door.token}`));
  if (entry.is !== "admitted") throw new Error(entry.is);
  return { door, cookie: entry.cookie.split(";")[0]! };
}

test("the token lets one browser in, which comes back by its cookie", () => {
  const { door, cookie } = entered();
  expect(door.enter(asked("/", { cookie }))).toEqual({ is: "in" });
  expect(door.enter(asked("/word", { cookie, origin: ORIGIN }, "POST"))).toEqual({ is: "in" });
  // The same browser may open the address again; another may not.
  expect(door.enter(asked(`/?token=${door.token}`, { cookie }))).toMatchObject({ is: "admitted" });
  expect(door.enter(asked(`/?token=${door.token}`))).toMatchObject({ is: "refused", status: 403 });
});

test("the cookie is for this page's own requests, and for no script", () => {
  const door = new Door(4000);
  const entry = door.enter(asked(`/?token=${door.token}`));
  expect(entry).toMatchObject({ cookie: expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/) });
});

describe("nobody else is let in", () => {
  const { door, cookie } = entered();
  test.each([
    ["without cookie or token", asked("/")],
    ["with another's cookie", asked("/", { cookie: `${cookie.slice(0, -1)}x` })],
    ["with a wrong token", asked(`/?token=${door.token.slice(1)}`)],
    ["with an empty token", asked("/?token=")],
    ["by another name, as after DNS rebinding", asked("/", { cookie, host: "evil.example:4000" })],
    ["by another port", asked("/", { cookie, host: "127.0.0.1:4001" })],
    ["from another page", asked("/word", { cookie, origin: "http://127.0.0.1:4001" }, "POST")],
    ["from a sandboxed frame", asked("/word", { cookie, origin: "null" }, "POST")],
    ["to write, without saying from where", asked("/word", { cookie }, "POST")],
    ["from another page's stream", asked("/events", { cookie, origin: "https://evil.example" })],
    ["from a page of another port", asked("/", { cookie, "sec-fetch-site": "same-site" })],
  ])("%s", (_, request) => {
    expect(door.enter(request)).toMatchObject({ is: "refused" });
  });
});
