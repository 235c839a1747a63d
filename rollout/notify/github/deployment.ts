import { setTimeout as sleep } from "node:timers/promises";
import { request } from "@octokit/request";
import type { RolloutState } from "../../core/state.ts";
import type { GithubPlace } from "./place.ts";
import { isFinal, type WantedStatus, wantedStatus } from "./wanted.ts";

export interface DeploymentOptions extends GithubPlace {
  /** The environment's name: the stack's. */
  environment: string;
  /** Where the stack serves. */
  url: string;
  production: boolean;
  /** Told what GitHub didn't take. */
  say: (line: string) => void;
  /** Pauses between the last tries, in milliseconds. */
  pauses?: readonly number[];
}

/** What our deployments have in common: others, such as those of GitHub's own jobs, are left alone. */
const TASK = "rollout";
const TIMEOUT_MS = 10_000;
/** GitHub keeps an environment's deployments for ever; those that were active lately are among the newest. */
const NEWEST = 20;

/**
 * Keeps a rollout's deployment on GitHub in step: one for each rollout, found again by its name in the payload, whoever goes on with it.
 * Nobody waits for GitHub, and what it doesn't take is said once.
 */
export class GithubDeployment {
  readonly #options: DeploymentOptions;
  readonly #of: { owner: string; repo: string };
  readonly #request: typeof request;
  #working: Promise<void> | undefined;
  #latest: RolloutState | undefined;
  #deployment: { rollout: string; id: number } | undefined;
  #told = "";
  #hasEnded = false;
  #said = new Set<string>();

  constructor(options: DeploymentOptions) {
    this.#options = options;
    const { api: baseUrl, token, owner, repo } = options;
    this.#of = { owner, repo };
    this.#request = request.defaults({
      baseUrl,
      headers: { authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28" },
    });
  }

  /** The newest state counts: what came to be while GitHub was asked is left out. */
  see(state: RolloutState): void {
    this.#latest = state;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Waits until GitHub has the last state, or hasn't taken it. */
  async flush(): Promise<void> {
    await this.#working;
    for (const pause of this.#options.pauses ?? [1_000, 4_000]) {
      if (!this.#latest || this.#isTold(this.#latest)) return;
      await sleep(pause);
      await this.#work();
    }
  }

  async #work(): Promise<void> {
    for (let state = this.#latest; state && !this.#isTold(state); state = this.#latest) {
      const isTaken = await this.#tell(state).then(
        () => true,
        (error: Error) => this.#complain(error),
      );
      if (!isTaken) return;
    }
  }

  #isTold(state: RolloutState): boolean {
    return this.#told === told(state) && this.#hasEnded === endsOthers(state);
  }

  async #tell(state: RolloutState): Promise<void> {
    const id = await this.#idOf(state);
    if (endsOthers(state)) await this.#endOthers(id);
    if (this.#told !== told(state)) await this.#post(id, wantedStatus(state));
    this.#told = told(state);
    this.#hasEnded = endsOthers(state);
  }

  async #idOf({ rollout, candidate }: RolloutState): Promise<number> {
    if (this.#deployment?.rollout === rollout) return this.#deployment.id;
    const { sha: ref, environment, production } = this.#options;
    const found = (await this.#ours()).find(({ payload }) => nameIn(payload) === rollout);
    const id = found
      ? Number(found.id)
      : await this.#create({ rollout, candidate, ref, environment, production });
    this.#deployment = { rollout, id };
    return id;
  }

  async #ours() {
    const { environment } = this.#options;
    const { data } = await this.#send("GET /repos/{owner}/{repo}/deployments", {
      ...this.#of,
      environment,
      task: TASK,
      per_page: NEWEST,
    });
    return data;
  }

  /** Of a commit that is tested and merged by other means: no checks are waited for, and nothing is merged. */
  async #create(of: {
    rollout: string;
    candidate: string;
    ref: string;
    environment: string;
    production: boolean;
  }): Promise<number> {
    const { rollout, candidate, ref, environment, production } = of;
    const { data } = await this.#send("POST /repos/{owner}/{repo}/deployments", {
      ...this.#of,
      ref,
      environment,
      task: TASK,
      description: `Rollout of ${candidate}`,
      payload: { rollout },
      auto_merge: false,
      required_contexts: [],
      production_environment: production,
    });
    if (!("id" in data)) throw new Error(data.message ?? "no deployment was made");
    return Number(data.id);
  }

  async #post(deployment_id: number, { state, description }: WantedStatus | Inactive): Promise<void> {
    const { environment, url, logUrl } = this.#options;
    await this.#send("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
      ...this.#of,
      deployment_id,
      state,
      description,
      environment,
      ...(state !== "inactive" && { environment_url: url, ...(logUrl && { log_url: logUrl }) }),
      // It would end those that a rollback leads back to.
      auto_inactive: false,
    });
  }

  /** Those of ours that were active before. */
  async #endOthers(id: number): Promise<void> {
    for (const deployment_id of (await this.#ours()).map((each) => Number(each.id))) {
      if (deployment_id === id) continue;
      const { data } = await this.#send("GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
        ...this.#of,
        deployment_id,
        per_page: 1,
      });
      if (data[0]?.state === "success")
        await this.#post(deployment_id, { state: "inactive", description: "another release is stable" });
    }
  }

  get #send(): typeof request {
    return this.#request.defaults({ request: { signal: AbortSignal.timeout(TIMEOUT_MS) } });
  }

  #complain({ message }: Error): false {
    const { owner, repo } = this.#of;
    if (!this.#said.has(message)) this.#options.say(`${owner}/${repo} on GitHub isn't told: ${message}`);
    this.#said.add(message);
    return false;
  }
}

interface Inactive {
  state: "inactive";
  description: string;
}

/** A state that says the same needs no other status. */
function told(state: RolloutState): string {
  return JSON.stringify([state.rollout, wantedStatus(state)]);
}

/** Once nothing leads back to the one before. */
function endsOthers(state: RolloutState): boolean {
  return wantedStatus(state).state === "success" && isFinal(state);
}

/** GitHub gives a payload back as it was given, or as text. */
function nameIn(payload: unknown): unknown {
  if (typeof payload !== "string") return (payload as { rollout?: unknown } | null)?.rollout;
  try {
    return JSON.parse(payload).rollout;
  } catch {
    return undefined;
  }
}
