import { setTimeout as sleep } from "node:timers/promises";
import type { LongKind, Notebook } from "./notes.ts";
import { type LongConnection, type ShopPlace, Tab, type TabReply } from "./tab.ts";

/** How long a user stays, in milliseconds. */
export interface Habits {
  /** From the page to the part of it that is loaded late. */
  later: number;
  /** From one order to the next. */
  think: number;
}

/** A browser's own wait before it opens a lost stream again: what the shop says by `retry:`. */
const RETRY_MS = 500;

/**
 * One user: loads a page with its parts, logs in, keeps a socket and an event stream open, orders now and then, loads
 * another part of the page late, and once more a page; then he leaves.
 */
export class Visitor {
  readonly #name: string;
  readonly #tab: Tab;
  readonly #notes: Notebook;
  readonly #habits: Habits;
  #left = false;
  #loggedIn = false;
  readonly #open = new Set<LongConnection>();
  #release: string | undefined;
  /** All that he met, the last one last. */
  #met: string[] = [];

  constructor(name: string, tab: Tab, notes: Notebook, habits: Habits) {
    this.#name = name;
    this.#tab = tab;
    this.#notes = notes;
    this.#habits = habits;
  }

  static async visit(
    name: string,
    address: string,
    place: ShopPlace,
    notes: Notebook,
    habits: Habits,
  ): Promise<void> {
    await new Visitor(name, new Tab(place, address), notes, habits).#visit();
  }

  async #visit(): Promise<void> {
    const { later, think } = this.#habits;
    this.#notes.now.users += 1;
    const chunk = await this.#page();
    await this.#logIn();
    const long = [
      this.#keepOpen("sockets", () => this.#tab.socket("/live")),
      this.#keepOpen("streams", () => this.#tab.stream("/events")),
    ];
    const end = Date.now() + later;
    for (let count = 1; Date.now() + think <= end; count += 1) {
      await sleep(think);
      // Whose login failed tries again, as anybody would.
      if (!this.#loggedIn) await this.#logIn();
      if (!this.#loggedIn) continue;
      await this.#order(`${this.#name}-${count}`);
      await this.#isKnown();
      await this.#prices();
    }
    await sleep(Math.max(0, end - Date.now()));
    if (chunk) await this.#late(chunk);
    await this.#page();
    this.#left = true;
    for (const connection of this.#open) connection.close();
    await this.#tab.close();
    await Promise.all(long);
  }

  /** @returns the path of the part that is loaded late */
  async #page(): Promise<string | undefined> {
    this.#notes.now.pages += 1;
    const page = await this.#ask("GET /", () => this.#tab.open("/"));
    const [, release, later] = /data-release="(\w+)" data-later="([^"]+)"/.exec(page?.text ?? "") ?? [];
    if (page?.status !== 200 || !release) return this.#broken("page");
    this.#release = release;
    const paths = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    const parts = await Promise.all(paths.map((path) => this.#part(path, release)));
    if (parts.includes(false)) return this.#broken("part of a page");
    return later;
  }

  async #late(path: string): Promise<void> {
    this.#notes.now.pages += 1;
    if (!(await this.#part(path, this.#release!))) this.#broken("part that was loaded late");
  }

  #broken(what: string): undefined {
    this.#notes.now.broken += 1;
    this.#notes.wrong(`a ${what} didn't come`);
  }

  async #part(path: string, release: string): Promise<boolean> {
    const part = await this.#ask("GET a part", () => this.#tab.get(path), false);
    return part?.status === 200 && part.text.includes(` of ${release} `);
  }

  async #logIn(): Promise<void> {
    const reply = await this.#ask("POST /login", () => this.#tab.post("/login", { user: this.#name }));
    this.#loggedIn = reply?.status === 200;
    if (this.#loggedIn) this.#notes.now.logins += 1;
  }

  async #order(number: string): Promise<void> {
    const reply = await this.#ask("POST /orders", () => this.#tab.post("/orders", { number }));
    // In the phase in which it was answered, or not.
    const { now } = this.#notes;
    now.writes += 1;
    if (reply?.status === 201) now.acknowledged.push(number);
    else if (reply?.status === 401) now.lostSessions += 1;
    else now.unanswered.push(number);
  }

  async #isKnown(): Promise<void> {
    const reply = await this.#ask("GET /me", () => this.#tab.get("/me"), true, [200, 401]);
    if (!reply || reply.status >= 500) return;
    if (reply.status === 200 && JSON.parse(reply.text).user === this.#name) return;
    this.#notes.now.lostSessions += 1;
    this.#notes.wrong("somebody who had logged in wasn't known");
  }

  async #prices(): Promise<void> {
    const reply = await this.#ask("GET /prices", () => this.#tab.get("/prices"));
    this.#notes.now.calls += 1;
    if (reply?.status !== 200) this.#notes.now.failedCalls += 1;
  }

  /** @param counts whether the release that answers is that of the page, or ought to be */
  async #ask(
    what: string,
    send: () => Promise<TabReply>,
    counts = true,
    right = [200, 201],
  ): Promise<TabReply | undefined> {
    const begun = performance.now();
    try {
      const reply = await send();
      this.#notes.now.latencies.push(performance.now() - begun);
      if (counts && reply.release) this.#meet(reply.release);
      if (!right.includes(reply.status)) this.#notes.wrong(`${what} answered ${reply.status}`);
      return reply;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#notes.wrong(`${what} got no answer: ${code ?? message}`);
      return undefined;
    }
  }

  #meet(release: string): void {
    const { now } = this.#notes;
    if (this.#release && release !== this.#release) now.otherRelease += 1;
    if (release === this.#met.at(-1)) return;
    if (this.#met.includes(release)) now.backwards += 1;
    this.#met = [...this.#met, release];
  }

  async #keepOpen(kind: LongKind, open: () => Promise<LongConnection>): Promise<void> {
    let cutAt: number | undefined;
    while (!this.#left) {
      try {
        const connection = await open();
        if (this.#left) return connection.close();
        this.#open.add(connection);
        if (cutAt === undefined) this.#notes.now[kind].opened += 1;
        else this.#notes.now[kind].back.push(Date.now() - cutAt);
        await connection.closed;
        this.#open.delete(connection);
        if (this.#left) return;
        cutAt = Date.now();
        this.#notes.now[kind].cut += 1;
      } catch (error) {
        if (this.#left) return;
        this.#notes.wrong(`${kind}: ${(error as Error).message}`);
      }
      await sleep(RETRY_MS);
    }
  }
}
