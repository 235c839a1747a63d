import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { drillMigrate } from "../../rollout/drill/migrate/rehearsal.ts";
import type { DrillRecord } from "../../rollout/drill/record.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { motoThere } from "../aws/moto.ts";
import { client, projectCopy, removeCopies } from "../rehearsal/project.ts";
import { typed } from "../rehearsal/typed.ts";
import { filesOf, recipeOf } from "./recipe.ts";
import { Visitor } from "./visitor.ts";

const ROOT = join(import.meta.dirname, "../..");
export const FOLDER = join(ROOT, ".cache/apps");

/** Whether bin/install-apps has brought the applications, and bin/install-moto what plays S3. */
export const hasApps =
  motoThere && existsSync(FOLDER) && readdirSync(FOLDER).some((name) => name.startsWith("installed-"));
/** For a test's name. */
export const appsSkipped = hasApps ? "" : "(skipped: bin/install-apps or bin/install-moto wasn't run) ";

interface App {
  /** Its section of docs/apps.md. */
  title: string;
  /** Where the recipe has each release, from the project's folder, and what stands there, from .cache/apps. */
  folders: Record<string, string>;
  /** Paths that users ask for all the while, of which each answers 200. */
  visited: string[];
  /** Requests a second. */
  rate: number;
}

/** What the test needs besides the recipe: shorter bakes, no limit for each address, all traffic on blue. */
const SHORT = {
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  limits: { requestsPerMinute: 1_000_000, bodyMiB: 64 },
  plan: {
    steps: [
      { weight: 50, bake: "15s" },
      { weight: 100, bake: "15s" },
    ],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "5s" }, minRequests: 50, alarms: false },
    limits: { keep: "1s" },
    sessions: { drain: "0s" },
  },
};

interface RecipeApp {
  processes?: Record<string, { schedule?: string }>;
}

/** Its jobs run each minute: a test waits for them. */
function eachMinute({ processes = {}, ...app }: RecipeApp): RecipeApp {
  const often = Object.entries(processes).map(([name, process]) => [
    name,
    { ...process, ...(process.schedule && { schedule: "rate(1 minute)" }) },
  ]);
  return { ...app, processes: Object.fromEntries(often) };
}

/** A stack with somebody else's application, whose first release is on both tracks, and with users on it. */
export class AppWorld {
  readonly project: ReturnType<typeof projectCopy>;
  readonly #app: App;
  readonly #recipe: Record<string, unknown>;
  status!: Status;
  ca!: string;
  load!: RunningLoad;
  readonly #visitors: Visitor[] = [];

  constructor(app: App) {
    this.#app = app;
    this.#recipe = recipeOf(app.title);
    this.project = projectCopy(this.#configOf("blue"));
    for (const [name, target] of Object.entries(app.folders)) {
      symlinkSync(join(FOLDER, target), join(this.project.projectDir, name));
      if (!hasApps) continue;
      for (const [file, text] of Object.entries(filesOf(app.title)))
        writeFileSync(join(FOLDER, target, file), text);
    }
    beforeAll(async () => {
      const begun = performance.now();
      this.status = await rehearse.up({ ...this.project, port: await freePort() });
      this.ca = readFileSync(this.status.caFile, "utf8");
      console.log(`${app.title}: up in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
      this.load = startLoad({ ...this.status, ratePerSecond: app.rate, shots: this.#shots() });
    }, 300_000);
    afterAll(async () => {
      const result = await this.load?.stop();
      if (result) console.log(`${app.title}: ${result.requests} requests, ${result.lost} lost`);
      for (const visitor of this.#visitors) await visitor.leave();
      await removeCopies();
    });
  }

  visitor(headers: Record<string, string> = {}): Visitor {
    const visitor = new Visitor(this.status, this.ca, headers);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** A text of the environment of a track's server. */
  variable(track: string, name: string): string {
    const servers = join(this.project.stateDir, "beta/servers");
    const server = readdirSync(servers).findLast((each) => each.startsWith(`${track}-`));
    const lines = readFileSync(join(servers, server!, "app.env"), "utf8").split("\n");
    return lines.find((line) => line.startsWith(`${name}=`))!.slice(name.length + 1);
  }

  /** Its migration on a copy of the database, with both releases on it. */
  drill(): Promise<DrillRecord> {
    this.project.configure(this.#configOf("green"));
    return drillMigrate({ ...this.project, candidate: "green", by: "test" });
  }

  /** The second release goes to green, and step by step to all. @returns what the command said, and what was lost */
  release() {
    this.project.configure(this.#configOf("green"));
    return this.#moved("run", "--candidate", "green");
  }

  /** All go back to the first release. */
  back() {
    return this.#moved("shift", "blue=100");
  }

  /** Each track's share of the traffic on the balancer, in percent. */
  async split(): Promise<Record<string, number>> {
    return (await rehearse.status(this.project)).real ?? {};
  }

  async #moved(...words: string[]) {
    const before = this.load.progress();
    const ended = await typed(this.project, ...words);
    const { requests, lost } = this.load.progress();
    return { ...ended, requests: requests - before.requests, lost: lost - before.lost };
  }

  /** @param release the track whose folder green has */
  #configOf(release: "blue" | "green") {
    const { tracks } = this.#recipe.rehearsal as { tracks: Record<string, unknown> };
    return {
      ...this.#recipe,
      ...SHORT,
      app: eachMinute(this.#recipe.app as RecipeApp),
      rehearsal: {
        ...(this.#recipe.rehearsal as object),
        tracks: { ...tracks, green: tracks[release] },
      },
    };
  }

  /** Each user has an address, and asks for one path after the other. */
  #shots() {
    const { visited } = this.#app;
    let sent = 0;
    return {
      next: () => {
        sent += 1;
        return {
          method: "GET" as const,
          path: visited[sent % visited.length]!,
          from: client(sent % 500)["x-forwarded-for"]!,
          mistake: (status: number) => (status === 200 ? undefined : `${status}`),
        };
      },
    };
  }
}
