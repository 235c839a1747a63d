import { afterEach, describe, expect, test } from "vitest";
import { UserError } from "../../../rollout/errors.ts";
import { NOTHING } from "../../../rollout/ui/parts.ts";
import { type LiveSource, type RunningPage, servePage } from "../../../rollout/ui/server.ts";

let page: RunningPage;
afterEach(() => page.close());

const SOURCE: LiveSource = { stack: "beta", look: async () => NOTHING, say: async (word) => `told: ${word}` };

/** As a browser does: the address once, then by its cookie. */
async function visit(source: LiveSource) {
  page = await servePage(source, 10);
  const first = await fetch(page.url, { redirect: "manual" });
  const { origin } = new URL(page.url);
  const cookie = first.headers.get("set-cookie")!.split(";")[0]!;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, { ...init, headers: { cookie, ...(init.method === "POST" && { origin }) } });
  return { first, ask };
}

async function read(answer: Response, until: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (until.test(text)) return text;
  }
  return text;
}

test("the token leaves the address at once, and the page forbids what it doesn't need", async () => {
  const { first, ask } = await visit(SOURCE);
  expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
  const answer = await ask("/");
  const html = await answer.text();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-frame-options")).toBe("DENY");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(html).toContain("default-src 'none'");
  expect(html).toContain("connect-src 'self'");
});

test("what is seen is sent again and again, and a look that fails is told and isn't the end", async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks === 2) throw new UserError("the journal can't be read");
    return NOTHING;
  };
  const { ask } = await visit({ ...SOURCE, look });
  const told = await read(await ask("/events"), /unseen[\s\S]*event: seen/);
  expect(told).toContain('event: unseen\ndata: "the journal can\'t be read"');
});

describe("a word", () => {
  test("is told, and one that makes no sense is refused with the reason", async () => {
    const { ask } = await visit({
      ...SOURCE,
      say: async (word) => {
        if (word !== "pause") throw new UserError("only a bake can be cut short");
        return "told ann";
      },
    });
    const told = await ask("/word", { method: "POST", body: "pause" });
    expect([told.status, await told.text()]).toEqual([200, "told ann\n"]);
    const refused = await ask("/word", { method: "POST", body: "promote" });
    expect([refused.status, await refused.text()]).toEqual([409, "only a bake can be cut short\n"]);
  });

  test("is none on a page that may only look", async () => {
    const { say: _, ...looking } = SOURCE;
    const { ask } = await visit(looking);
    expect((await ask("/word", { method: "POST", body: "rollback" })).status).toBe(403);
    expect(await (await ask("/")).text()).not.toContain("<dialog");
  });

  test("is short", async () => {
    const { ask } = await visit(SOURCE);
    expect((await ask("/word", { method: "POST", body: "x".repeat(1_000) })).status).toBe(200);
    expect((await ask("/word", { method: "POST", body: "x".repeat(1_001) })).status).toBe(413);
  });
});
