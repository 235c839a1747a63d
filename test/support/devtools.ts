import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "./browser.ts";

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

/**
 * A headless Chromium whose pages stay open, by its own DevTools protocol
 * (https://chromedevtools.github.io/devtools-protocol/).
 */
export class Browser {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #pages = new Map<string, Page>();
  #sent = 0;

  private constructor(child: ChildProcess, socket: WebSocket) {
    this.#child = child;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data))));
  }

  /**
   * @param folder for the browser's own files
   * @param flags what it is started with besides
   */
  static async open(folder: string, flags: readonly string[]): Promise<Browser> {
    const own = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-component-update",
    ];
    const place = ["--remote-debugging-port=0", `--user-data-dir=${join(folder, "profile")}`];
    const child = spawn(chromium!, [...own, "--disable-background-networking", ...place, ...flags], {
      stdio: ["ignore", "ignore", "pipe"],
      // What it leaves when it is killed goes with the folder.
      env: { ...process.env, TMPDIR: folder },
    });
    for await (const line of createInterface(child.stderr!)) {
      const [, address] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
      if (address === undefined) continue;
      // What it says later would fill the pipe.
      child.stderr!.resume();
      const socket = new WebSocket(address);
      await new Promise((open, failed) => {
        socket.addEventListener("open", open);
        socket.addEventListener("error", failed);
      });
      return new Browser(child, socket);
    }
    throw new Error("Chromium ended before it listened");
  }

  async page(url: string): Promise<Page> {
    const { targetId } = await this.send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new Page((method, params) => this.send(method, params, sessionId));
    this.#pages.set(sessionId, page);
    await page.go(url);
    return page;
  }

  send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++this.#sent;
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      );
    });
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.sessionId && message.method)
      this.#pages.get(message.sessionId)?.hear(message.method, message.params ?? {});
  }

  async close(): Promise<void> {
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#socket.close();
    this.#child.kill("SIGKILL");
    await ended;
  }
}

type Send = <T>(method: string, params?: object) => Promise<T>;

export class Page {
  /** What its console says of errors, and each request that failed or was answered from 400 up. */
  readonly complaints: string[] = [];
  /** What was answered from the network. */
  readonly answers: { url: string; status: number; track: string | undefined }[] = [];
  readonly #send: Send;
  #loaded = () => {};

  constructor(send: Send) {
    this.#send = send;
  }

  async go(url: string): Promise<void> {
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await this.#send(`${domain}.enable`);
    const loaded = new Promise<void>((done) => {
      this.#loaded = done;
    });
    await this.#send("Page.navigate", { url });
    await loaded;
  }

  /** What an expression comes to in the page, once its promise is kept. */
  async value(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#send<{
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string }; text: string };
    }>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  hear(method: string, params: Record<string, unknown>): void {
    const { response, errorText, entry, exceptionDetails, type } = params as {
      response?: { url: string; status: number; headers: Record<string, string> };
      errorText?: string;
      entry?: { level: string; text: string };
      exceptionDetails?: { text: string };
      type?: string;
    };
    if (method === "Page.loadEventFired") this.#loaded();
    if (method === "Network.responseReceived" && response) {
      const { url, status, headers } = response;
      this.answers.push({ url, status, track: headers["x-track"] });
      if (status >= 400) this.complaints.push(`${status} ${url}`);
    }
    if (method === "Network.loadingFailed") this.complaints.push(`failed: ${errorText}`);
    if (method === "Log.entryAdded" && entry?.level === "error") this.complaints.push(entry.text);
    if (method === "Runtime.exceptionThrown") this.complaints.push(String(exceptionDetails?.text));
    if (method === "Runtime.consoleAPICalled" && type === "error") this.complaints.push("console.error");
  }
}
