import { once } from "node:events";
import { FormData } from "undici";
import { describe, expect, test } from "vitest";
import type { Visitor } from "./visitor.ts";
import { AppWorld, appsSkipped, hasApps } from "./world.ts";

// Directus 12.3.1 and 12.4.0, unchanged from npm: docs/apps.md.

const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describe.skipIf(!hasApps)(`${appsSkipped}Directus`, () => {
  const world = new AppWorld({
    title: "Directus",
    folders: {
      "directus-12.3": "directus/node_modules/directus-12.3",
      "directus-12.4": "directus/node_modules/directus-12.4",
    },
    visited: ["/server/info", "/admin/", "/server/ping"],
    rate: 60,
  });
  let admin: Visitor;
  let token: string;
  let picture: string;

  async function logIn(visitor: Visitor): Promise<string> {
    const { data } = await visitor.json("/auth/login", {
      email: "admin@example.com",
      password: world.variable("blue", "ADMIN_PASSWORD"),
    });
    return data.access_token;
  }
  const authorised = () => ({ authorization: `Bearer ${token}` });
  const versionOf = async () => (await admin.json("/server/info", undefined, authorised())).data.version;

  async function upload(name: string): Promise<string> {
    const body = new FormData();
    body.append("file", new Blob([PICTURE], { type: "image/png" }), name);
    const answer = await admin.ask("/files", { method: "POST", body, headers: authorised() });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { data: { id: string } }).data.id;
  }
  const bytesOf = async (id: string) =>
    Buffer.from(await (await admin.ask(`/assets/${id}?download`, { headers: authorised() })).arrayBuffer());

  /** Somebody who is told of every new note. @returns what was told, in order */
  async function listener(visitor: Visitor) {
    const socket = visitor.socket("/websocket");
    const heard: string[] = [];
    const state = { closed: false };
    socket.addEventListener("close", () => {
      state.closed = true;
    });
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
      if (message.type === "auth" && message.status === "ok")
        socket.send(JSON.stringify({ type: "subscribe", collection: "notes" }));
      if (message.type === "subscription")
        heard.push(message.event, ...message.data.map((note: { text: string }) => note.text));
    });
    await once(socket as never, "open");
    socket.send(JSON.stringify({ type: "auth", access_token: token }));
    await expect.poll(() => heard, { timeout: 10_000 }).toContain("init");
    return { heard, state, close: () => socket.close() };
  }
  const write = (text: string) => admin.json("/items/notes", { text }, authorised());

  /** Everything that the page of the application loads with it. @returns the files that weren't there */
  async function brokenFiles(visitor: () => Visitor): Promise<string[]> {
    const page = await (await visitor().ask("/admin/")).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(3);
    const answers = await Promise.all(
      files.map(async (file) => {
        const answer = await visitor().ask(new URL(file, `${world.visitor().origin}/admin/`).pathname);
        const type = answer.headers.get("content-type") ?? "";
        await answer.arrayBuffer();
        return answer.status === 200 && /javascript|css/.test(type) ? [] : [file];
      }),
    );
    return answers.flat();
  }

  test("takes data, files and sockets", async () => {
    admin = world.visitor();
    token = await logIn(admin);
    expect(await versionOf()).toBe("12.3.1");
    const fields = [{ field: "text", type: "string", schema: {}, meta: {} }];
    await admin.json("/collections", { collection: "notes", schema: {}, meta: {}, fields }, authorised());
    // Everybody may read them.
    const { data: policies } = await admin.json("/policies?fields=id,name", undefined, authorised());
    const open = policies.find(({ name }: { name: string }) => /public/.test(name)).id;
    const rule = { policy: open, collection: "notes", action: "read", fields: ["*"], permissions: {} };
    await admin.json("/permissions", rule, authorised());

    picture = await upload("dot.png");
    expect(await bytesOf(picture)).toEqual(PICTURE);
    const small = await admin.ask(`/assets/${picture}?width=1&format=webp`, { headers: authorised() });
    expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/webp"]);

    const here = await listener(world.visitor({ "x-rollout-track": "blue" }));
    const there = await listener(world.visitor({ "x-rollout-track": "green" }));
    await write("first");
    // Through Redis: it was written on one server and is heard on both.
    for (const { heard } of [here, there])
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["init", "create", "first"]);
    here.close();
    there.close();
    expect(await brokenFiles(() => admin)).toEqual([]);
  });

  test("goes to its next release and back, and loses nothing", async () => {
    const user = world.visitor();
    const socket = await listener(user);
    const halves = Promise.withResolvers<{ apart: string[]; together: string[] }>();
    void (async () => {
      await expect.poll(async () => (await world.split()).green, { timeout: 180_000 }).toBe(50);
      // Who takes each file from whichever release comes next, and who stays with one.
      const stays = world.visitor();
      halves.resolve({
        apart: await brokenFiles(() => world.visitor()),
        together: await brokenFiles(() => stays),
      });
    })().catch(halves.reject);
    const forward = await world.release();
    expect(forward.code, forward.said).toBe(0);
    expect(forward.out).toContain("promoted: all steps passed");
    expect(forward.lost).toBe(0);
    const { apart, together } = await halves.promise;
    expect(apart.length).toBeGreaterThan(0);
    expect(together).toEqual([]);

    // The socket of the old release was closed when that had lost its traffic; a page connects again.
    await expect.poll(() => socket.state.closed, { timeout: 120_000 }).toBe(true);
    expect(await versionOf()).toBe("12.4.0");
    const again = await listener(user);
    await write("second");
    await expect.poll(() => again.heard, { timeout: 10_000 }).toEqual(["init", "first", "create", "second"]);
    expect(await bytesOf(picture)).toEqual(PICTURE);
    const other = await upload("second.png");

    const back = await world.back();
    expect(back.code, back.said).toBe(0);
    expect(back.lost).toBe(0);
    expect(await versionOf()).toBe("12.3.1");
    expect(await bytesOf(other)).toEqual(PICTURE);
    await write("third");
    const { data } = await admin.json("/items/notes");
    expect(data.map(({ text }: { text: string }) => text)).toEqual(["first", "second", "third"]);
    again.close();
  });
});
