import { observe } from "../../rollout/graph/recording/monitor.ts";
import type { Registration } from "../../rollout/graph/recording/registration.ts";
import { withoutCallStacks } from "../../rollout/graph/recording/runtime.ts";
import { isObject, revealed, type Wire } from "../../rollout/graph/recording/wire.ts";

// A quarter of the time of a recording.
withoutCallStacks();

/** A registered resource; in `inputs` a secret is `{ secret: value }`. See Registration for the other fields. */
export interface Recorded extends Omit<Registration, "inputs"> {
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into inputs of every shape
  inputs: Record<string, any>;
}

export interface Recording {
  /** In the order of registration. */
  resources: Recorded[];
  /** What `fn` returned when it is an object, as a stack's outputs; secrets are `{ secret: value }`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  outputs: Record<string, any>;
  /** Every resource of a type token (`aws:lb/listener:Listener`). */
  of(type: string): Recorded[];
  /** The only resource of a type, or the one of that name; an error names what there is. */
  one(type: string, name?: string): Recorded;
}

export interface RecordOptions {
  /** Answers to data sources by token. Any other invoke is an error. */
  invokes?: Record<string, (args: Record<string, unknown>) => Record<string, unknown>>;
  /** Config with its namespace: `{ "aws:region": "us-east-1" }`. */
  config?: Record<string, string>;
  stack?: string;
  /** The folder of Pulumi.yaml; by default the working folder. */
  projectDir?: string;
}

/**
 * Runs `fn` as a Pulumi program on strict mocks, waits for everything that it started, and returns what it registered.
 * An output that a resource computes is the string `${name.property}`, such as `${beta-vpc.id}`.
 *
 * @throws what `fn` throws, also in an `apply` nobody awaits, and on an invoke nobody expected
 */
export async function record(fn: () => unknown, options: RecordOptions = {}): Promise<Recording> {
  const { invokes = {}, config = {}, stack = "beta", projectDir = process.cwd() } = options;
  const { registrations, outputs } = await observe(fn, {
    project: "rollout",
    projectDir,
    stack,
    config,
    token: (_urn, name, property) => `\${${name}.${property}}`,
    invoke: (token, args) => {
      const answer = invokes[token];
      if (!answer) throw new Error(`unexpected invoke of ${token} with ${JSON.stringify(args)}`);
      return answer(args) as Record<string, Wire>;
    },
  });
  const resources = registrations.map((each) => ({
    ...each,
    inputs: shown(each.inputs) as Recorded["inputs"],
  }));
  return {
    resources,
    outputs: shown(outputs) as Recording["outputs"],
    of: (type) => resources.filter((each) => each.type === type),
    one: (type, name) => one(resources, type, name),
  };
}

function one(resources: Recorded[], type: string, name?: string): Recorded {
  const ofType = resources.filter((each) => each.type === type);
  const found = ofType.filter((each) => name === undefined || each.name === name);
  if (found.length === 1) return found[0]!;
  const there = ofType.length > 0 ? ofType : resources;
  throw new Error(
    `${found.length} resources of type ${type}${name === undefined ? "" : ` named ${name}`}; there are:\n` +
      there.map((each) => `  ${each.type} ${each.name}`).join("\n"),
  );
}

/** Secrets as tests like to see them. */
function shown(value: Wire): unknown {
  const hidden = revealed(value);
  if (hidden) return { secret: shown(hidden.value) };
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]));
}
