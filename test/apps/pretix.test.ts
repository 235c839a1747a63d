import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { afterAll, describe, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { typed } from "../rehearsal/typed.ts";
import type { Visitor } from "./visitor.ts";
import { AppWorld, appsSkipped, hasApps } from "./world.ts";

// pretix 2026.7.2 and 2026.8.0, unchanged from PyPI, with its Celery worker and its periodic job: docs/apps.md.

const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const EVENTS = "/api/v1/organizers/shop/events/";
const FAIR = `${EVENTS}fair/`;

describe.skipIf(!hasApps)(`${appsSkipped}pretix`, () => {
  const world = new AppWorld({
    title: "pretix",
    folders: { "pretix-2026.7": "pretix-2026.7", "pretix-2026.8": "pretix-2026.8" },
    visited: ["/healthcheck/", "/control/login", "/static/CACHE/manifest.json"],
    rate: 20,
  });
  /** With a person's cookies, and with a token. */
  let browser: Visitor;
  let visitor: Visitor;
  let token: string;
  let ticket: number;
  let quota: number;

  // Where the recipe has the working folder.
  afterAll(() => rmSync("/tmp/pretix", { recursive: true, force: true }));

  const authorised = () => ({ authorization: `Token ${token}` });
  const api = (path: string, body?: unknown, method?: string) =>
    visitor.json(path, body, authorised(), method);
  const version = async () => (await api("/api/v1/version")).pretix;

  /** Fills in a form as a browser does: with the page's token against forged requests. @returns the page after it */
  async function filled(path: string, fields: Record<string, string>): Promise<string> {
    const page = await (await browser.ask(path)).text();
    const [, forged = ""] = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page) ?? [];
    const answer = await browser.ask(path, {
      method: "POST",
      body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: forged }).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: browser.origin,
        referer: browser.origin + path,
      },
      redirect: "manual",
    });
    expect(answer.status, `${path}: ${(await answer.text()).slice(0, 500)}`).toBe(302);
    return (await browser.ask(answer.headers.get("location")!)).text();
  }

  /** @returns where the ticket's new picture is */
  async function upload(name: string): Promise<string> {
    const answer = await visitor.ask("/api/v1/upload", {
      method: "POST",
      body: PICTURE,
      headers: {
        ...authorised(),
        "content-type": "image/png",
        "content-disposition": `attachment; filename="${name}"`,
      },
    });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    return (await api(`${FAIR}items/${ticket}/`, { picture: id }, "PATCH")).picture;
  }
  const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
  const picture = async () => (await api(`${FAIR}items/${ticket}/`)).picture as string;

  /** A person asks for a list; the worker makes it, and the web server finds it. */
  async function exported(): Promise<string> {
    const { download } = await api(`${FAIR}exporters/itemdata/run/`, { _format: "default" });
    const { pathname } = new URL(download);
    const asked = () => visitor.ask(pathname, { headers: authorised() });
    await expect.poll(async () => (await asked()).status, { timeout: 30_000, interval: 200 }).toBe(200);
    return (await asked()).text();
  }

  /**
   * Who waits for a sold-out ticket gets a voucher once there is one more: the job finds that out, and the worker makes it.
   *
   * @returns waits for it
   */
  async function waiting(email: string): Promise<() => Promise<void>> {
    const { id, voucher } = await api(`${FAIR}waitinglistentries/`, { email, item: ticket, locale: "en" });
    expect(voucher).toBeNull();
    const { size } = await api(`${FAIR}quotas/${quota}/`);
    await api(`${FAIR}quotas/${quota}/`, { size: size + 1 }, "PATCH");
    const given = async () => (await api(`${FAIR}waitinglistentries/${id}/`)).voucher;
    return () => expect.poll(given, { timeout: 100_000, interval: 500 }).not.toBeNull();
  }

  /** Tracks on which a process runs. */
  async function tracksOf(process: string): Promise<string[]> {
    const { out } = await typed(world.project, "ps", "--json");
    const { processes } = JSON.parse(out) as {
      processes: { process: string; track: string; state: string }[];
    };
    return processes
      .filter((each) => each.process.startsWith(process) && each.state === "running")
      .map(({ track }) => track);
  }

  test("takes forms, files, what a worker does, and what a job does", async () => {
    browser = world.visitor();
    visitor = world.visitor();
    // As it comes; who installs it changes the password then.
    await filled("/control/login", { email: "admin@localhost", password: "admin" });
    await filled("/control/sudo/", {});
    await filled("/control/organizers/add", { name: "Shop", slug: "shop" });
    const page = await filled("/control/organizer/shop/team/1/", { name: "test" });
    token = /following secret: (\w+)/.exec(page)![1]!;
    expect(await version()).toBe("2026.7.2");

    const fair = { name: { en: "Fair" }, slug: "fair", currency: "EUR", date_from: "2040-01-01T10:00:00Z" };
    await api(EVENTS, { ...fair, timezone: "UTC" });
    const item = { name: { en: "Ticket" }, default_price: "0.00", active: true, allow_waitinglist: true };
    ticket = (await api(`${FAIR}items/`, item)).id;
    quota = (await api(`${FAIR}quotas/`, { name: "all", size: 0, items: [ticket], variations: [] })).id;
    await api(`${FAIR}settings/`, { waiting_list_enabled: true, waiting_list_auto: true }, "PATCH");
    await api(FAIR, { live: true }, "PATCH");

    const first = await waiting("first@example.com");
    expect(await bytesAt(await upload("first.png"))).toEqual(PICTURE);
    const shop = await (await visitor.ask("/shop/fair/")).text();
    const [, style = ""] = /href="(\/static\/[^"]+\.css)"/.exec(shop) ?? [];
    expect((await visitor.ask(style)).status).toBe(200);
    expect(await tracksOf("worker")).toEqual(["blue"]);
    expect(await exported()).toContain("Ticket");
    await first();
  });

  test("goes to its next release and back, with its worker and its job, and loses nothing", async () => {
    const forward = await world.release();
    expect(forward.code, forward.said).toBe(0);
    expect(forward.out).toContain("promoted: all steps passed");
    expect(forward.lost).toBe(0);
    expect(await version()).toBe("2026.8.0");
    const second = await waiting("second@example.com");
    await expect.poll(() => tracksOf("worker"), { timeout: 30_000 }).toEqual(["green"]);
    expect(await bytesAt(await picture())).toEqual(PICTURE);
    expect(await exported()).toContain("Ticket");
    const stored = new URL(await upload("second.png")).pathname;
    await second();
    expect(readFileSync(join(world.status.logs, "jobs.log"), "utf8")).toMatch(/ cron: on green-\d, /);

    const back = await world.back();
    expect(back.code, back.said).toBe(0);
    expect(back.lost).toBe(0);
    expect(await version()).toBe("2026.7.2");
    expect(new URL(await picture()).pathname).toBe(stored);
    expect(await bytesAt(await picture())).toEqual(PICTURE);
    await expect.poll(() => tracksOf("worker"), { timeout: 30_000 }).toEqual(["blue"]);
    expect(await exported()).toContain("Ticket");
    const { processes } = await rehearse.status(world.project);
    expect(processes.map(({ name, track }) => [name, track])).toEqual([
      ["cron", "blue"],
      ["worker", "blue"],
    ]);
  });
});
