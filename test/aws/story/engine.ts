import { isDeepStrictEqual } from "node:util";
import { flagsAreFree } from "../../../infra/hooks/flags-free.ts";
import { speaks, type WatchedMetric } from "../../../infra/hooks/speaking.ts";
import type { Waiting } from "../../../infra/hooks/waiting.ts";
import { regionOf } from "../../../rollout/alarms/names.ts";
import type { Graph, GraphResource, Value } from "../../../rollout/graph/model.ts";
import type { Deployment } from "../../../rollout/platforms/aws/deployment.ts";
import type { Engine, Removal } from "../../../rollout/platforms/aws/engine.ts";
import { replaces } from "../../../rollout/preview/replacement/replaces.ts";
import { resourcesIn, type StoredResource } from "../../../rollout/teardown/state.ts";
import { holdTo, PROTECTED } from "../rules/held.ts";
import { Refused } from "../rules/rule.ts";
import type { Account, Held } from "./account.ts";
import { nameInputOf, type Plain } from "./physical.ts";

/** A resource in the state of the stack. */
interface Known {
  held: Held;
  resource: GraphResource;
  revision: number;
  protect: boolean;
  /** What the provider goes by when it deletes: a teardown changes it in the state. */
  deletedBy: Record<string, Plain>;
}

export interface Step {
  op: "create" | "update" | "replace" | "delete";
  name: string;
  type: string;
  at: number;
}

/**
 * Pulumi's engine over the captured graph: all that may go on at once does, a resource after those that it depends on and
 * after its hooks; what is replaced goes at the end unless the program or its fixed name says otherwise; what depends on others
 * goes first. After a failure nothing more begins.
 *
 * Source: Pulumi docs, "How Pulumi works: Creation and deletion order"; pulumi-terraform-bridge (a name that the program gives
 * means: delete first).
 */
export class StoryEngine implements Engine, Removal {
  readonly #account: Account;
  readonly #capture: () => Promise<Graph>;
  #graph: Graph | undefined;
  #state = new Map<string, Known>();
  steps: Step[] = [];

  constructor(account: Account, capture: () => Promise<Graph>) {
    this.#account = account;
    this.#capture = capture;
  }

  async up(targets: readonly string[] | undefined, _message: string): Promise<void> {
    const graph = await this.#capture();
    this.#graph = graph;
    this.#account.read(graph);
    const wanted = new Map(graph.resources.filter(isReal).map((each) => [each.urn, each]));
    const failures: Error[] = [];
    const old: Known[] = [];
    const { timeline } = this.#account;
    const under = new Map<string, Promise<boolean>>();
    const bring = (resource: GraphResource): Promise<boolean> => {
      const known = under.get(resource.urn);
      if (known) return known;
      const before = resource.dependencies.flatMap((urn) => wanted.get(urn) ?? []).map(bring);
      const made = timeline.go(async () => {
        const ready = (await timeline.wait(Promise.all(before))).every(Boolean);
        if (!ready || failures.length > 0) return false;
        if (targets && !targets.includes(resource.urn)) return true;
        try {
          await this.#bring(resource, old);
          return true;
        } catch (error) {
          failures.push(error as Error);
          this.#account.mailbox.refuse(resource.name, error as Error);
          return false;
        }
      });
      under.set(resource.urn, made);
      return made;
    };
    await timeline.wait(Promise.all([...wanted.values()].map(bring)));
    if (failures.length === 0) {
      const gone = targets ? [] : [...this.#state.values()].filter(({ held }) => !wanted.has(held.urn));
      await this.#delete([...old, ...gone], failures);
    }
    if (failures.length > 0) throw new AggregateError(failures, `update failed: ${failures[0]!.message}`);
  }

  async deployment(): Promise<Deployment> {
    const { physical } = this.#account;
    const outputs = physical.fields(this.#graph?.outputs ?? {});
    const urn = `urn:pulumi:${this.#graph?.stack}::${this.#graph?.project}::pulumi:pulumi:Stack::stack`;
    const resources = [...this.#state.values()].map((each) => this.#stored(each));
    if (resources.length === 0) return {};
    return { resources: [{ urn, type: "pulumi:pulumi:Stack", outputs }, ...resources] };
  }

  async replaceState(deployment: Deployment): Promise<void> {
    const left = new Map(resourcesIn(deployment).map((each) => [each.urn, each]));
    for (const [urn, known] of this.#state) {
      const stored = left.get(urn);
      if (!stored) this.#state.delete(urn);
      else
        Object.assign(known, {
          protect: stored.protect ?? false,
          deletedBy: { ...known.deletedBy, ...(stored.inputs as Record<string, Plain>) },
        });
    }
  }

  async destroy(_message: string): Promise<void> {
    const failures: Error[] = [];
    // Its preview finds them before anything is gone.
    const { held } = [...this.#state.values()].find(({ protect }) => protect) ?? {};
    if (held) return this.#refuse(held);
    await this.#delete([...this.#state.values()], failures);
    if (failures.length > 0) throw new AggregateError(failures, `destroy failed: ${failures[0]!.message}`);
  }

  #refuse({ name }: Held): never {
    const error = new Refused(PROTECTED, `${name} is protected`);
    this.#account.mailbox.refuse(name, error);
    throw error;
  }

  async #bring(resource: GraphResource, old: Known[]): Promise<void> {
    const { urn, type, name, options } = resource;
    const { physical } = this.#account;
    const known = this.#state.get(urn);
    const inputs = physical.fields(resource.inputs);
    const uses = physical.uses(resource.inputs as Value);
    const held: Held = { urn, type, name, inputs, uses, generation: known?.held.generation ?? 1 };
    if (!known) return this.#create(held, resource);
    const changed = changedKeys(known.held.inputs, inputs, options.ignoreChanges ?? []);
    if (changed.length === 0) return;
    const isReplaced = changed.some(
      (key) => replaces(type, key) === "yes" || options.replaceOnChanges?.includes(key),
    );
    if (!isReplaced) {
      await this.#hooks(options.hooks?.beforeUpdate, inputs);
      this.#note("update", held);
      await this.#account.update(held, known.held);
      this.#know(held, resource, known.revision + 1);
      return;
    }
    holdTo(PROTECTED, known.protect, `${name} is protected and would be replaced`);
    const next = { ...held, generation: held.generation + 1 };
    const deleteFirst = options.deleteBeforeReplace ?? nameInputOf(inputs) !== undefined;
    if (deleteFirst && options.retainOnDelete !== true)
      await this.#account.remove(known.held, known.deletedBy);
    await this.#create(next, resource, "replace");
    if (!deleteFirst) old.push(known);
  }

  async #create(held: Held, resource: GraphResource, op: Step["op"] = "create"): Promise<void> {
    await this.#hooks(resource.options.hooks?.beforeCreate, held.inputs);
    this.#note(op, held);
    await this.#account.create(held);
    this.#know(held, resource, 1);
  }

  #know(held: Held, resource: GraphResource, revision: number): void {
    const protect = resource.options.protect ?? false;
    this.#state.set(held.urn, { held, resource, revision, protect, deletedBy: held.inputs });
    this.#account.physical.made(held.urn, held.generation, revision);
  }

  #note(op: Step["op"], { name, type }: Held): void {
    this.steps.push({ op, name, type, at: this.#account.timeline.now() });
  }

  /** The program's own hooks, against this account. */
  async #hooks(names: string[] = [], inputs: Record<string, Plain>): Promise<void> {
    const { timeline, mailbox } = this.#account;
    const region = regionOf(this.#graph!);
    const waiting: Waiting = {
      now: () => timeline.now(),
      sleep: (ms) => timeline.sleep(ms),
      say: () => {},
      warn: (text) => mailbox.say("step", `warning: ${text}`),
    };
    for (const name of names) {
      if (name === "metric-speaks") await speaks(inputs as unknown as WatchedMetric, region, waiting);
      else if (name === "flags-are-free")
        await flagsAreFree(inputs as { applicationId: string; environmentId: string }, region, waiting);
      else throw new Error(`the hook ${name} isn't played`);
    }
  }

  /** What others of these depend on goes after them. */
  async #delete(going: Known[], failures: Error[]): Promise<void> {
    const { timeline } = this.#account;
    const under = new Map<Known, Promise<boolean>>();
    const remove = (known: Known): Promise<boolean> => {
      const begun = under.get(known);
      if (begun) return begun;
      const first = going.filter(
        (each) => each !== known && each.resource.dependencies.includes(known.held.urn),
      );
      const gone = timeline.go(async () => {
        const ready = (await timeline.wait(Promise.all(first.map(remove)))).every(Boolean);
        if (!ready || failures.length > 0) return false;
        try {
          await this.#remove(known);
          return true;
        } catch (error) {
          failures.push(error as Error);
          this.#account.mailbox.refuse(known.held.name, error as Error);
          return false;
        }
      });
      under.set(known, gone);
      return gone;
    };
    await timeline.wait(Promise.all(going.map(remove)));
  }

  async #remove(known: Known): Promise<void> {
    const { held, resource, protect, deletedBy } = known;
    holdTo(PROTECTED, protect, `${held.name} is protected`);
    this.#note("delete", held);
    if (!resource.options.retainOnDelete) await this.#account.remove(held, deletedBy);
    if (this.#state.get(held.urn)?.held.generation === held.generation) this.#state.delete(held.urn);
  }

  #stored({ held, resource, protect, deletedBy }: Known): StoredResource {
    const { physical } = this.#account;
    const { urn, type } = held;
    const known = (property: string) => physical.text({ urn, property });
    const names = ["arn", "name", "bucket", "identifier"].map((key) => [key, known(key)]);
    return {
      urn,
      type,
      protect,
      inputs: deletedBy,
      outputs: { ...Object.fromEntries(names), ...deletedBy },
      dependencies: resource.dependencies,
      ...(resource.options.retainOnDelete && { retainOnDelete: true }),
    };
  }
}

function isReal({ custom, type }: GraphResource): boolean {
  return custom && !type.startsWith("pulumi:");
}

function changedKeys(old: Record<string, Plain>, now: Record<string, Plain>, ignored: string[]): string[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => !ignored.includes(key) && !isDeepStrictEqual(old[key], now[key]),
  );
}
