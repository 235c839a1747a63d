import { describe, expect, test } from "vitest";
import { PageAccess } from "../../../rollout/ui/access.ts";

const HOST = "127.0.0.1:4000";
const ORIGIN = `http://${HOST}`;

const asked = (url: string, headers: Record<string, string> = {}, method = "GET") => ({
  url,
  method,
  headers: { host: HOST, ...headers },
});

/** A access, and the cookie of the browser that has been let in. */
function entered(): { access: PageAccess; cookie: string } {
  const access = new PageAccess(4000);
  const entry = access.enter(asked(`/?token=${access.token}`));
  if (entry.is !== "admitted") throw new Error(entry.is);
  return { access, cookie: entry.cookie.split(";")[0]! };
}

test("the token lets one browser in, which comes back by its cookie", () => {
  const { access, cookie } = entered();
  expect(access.enter(asked("/", { cookie }))).toEqual({ is: "in" });
  expect(access.enter(asked("/word", { cookie, origin: ORIGIN }, "POST"))).toEqual({ is: "in" });
  // The same browser may open the address again; another may not.
  expect(access.enter(asked(`/?token=${access.token}`, { cookie }))).toMatchObject({ is: "admitted" });
  expect(access.enter(asked(`/?token=${access.token}`))).toMatchObject({ is: "refused", status: 403 });
});

test("the cookie is for this page's own requests, and for no script", () => {
  const access = new PageAccess(4000);
  const entry = access.enter(asked(`/?token=${access.token}`));
  expect(entry).toMatchObject({ cookie: expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/) });
});

describe("nobody else is let in", () => {
  const { access, cookie } = entered();
  test.each([
    ["without cookie or token", asked("/")],
    ["with another's cookie", asked("/", { cookie: `${cookie.slice(0, -1)}x` })],
    ["with a wrong token", asked(`/?token=${access.token.slice(1)}`)],
    ["with an empty token", asked("/?token=")],
    ["by another name, as after DNS rebinding", asked("/", { cookie, host: "evil.example:4000" })],
    ["by another port", asked("/", { cookie, host: "127.0.0.1:4001" })],
    ["from another page", asked("/word", { cookie, origin: "http://127.0.0.1:4001" }, "POST")],
    ["from a sandboxed frame", asked("/word", { cookie, origin: "null" }, "POST")],
    ["to write, without saying from where", asked("/word", { cookie }, "POST")],
    ["from another page's stream", asked("/events", { cookie, origin: "https://evil.example" })],
    ["from a page of another port", asked("/", { cookie, "sec-fetch-site": "same-site" })],
  ])("%s", (_, request) => {
    expect(access.enter(request)).toMatchObject({ is: "refused" });
  });
});
