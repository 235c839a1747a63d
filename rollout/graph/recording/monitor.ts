import type * as proto from "@pulumi/pulumi/proto/resource_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { setAllConfig } from "@pulumi/pulumi/runtime/config.js";
import { setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import { registerStackTransformation, runInPulumiStack } from "@pulumi/pulumi/runtime/stack.js";
import { Failures } from "./failures.ts";
import { type Registration, registrationOf } from "./registration.ts";
import { getMonitor, setRootDirectory, waitForRPCs, withLocalStorage, withoutHooks } from "./runtime.ts";
import { shaped } from "./shapes.ts";
import { secret, type Wire } from "./wire.ts";

export interface Surroundings {
  project: string;
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  stack: string;
  /** Every key with its namespace (`aws:region`); structured values as JSON text, as the engine hands them over. */
  config: Record<string, string>;
  /** The keys whose values are secret. */
  secretKeys?: string[];
  /** What stands for an output that only the cloud can know. Called for dotted paths of nested ones too. */
  token(urn: string, name: string, property: string): string;
  /** Answers a data source (`aws:route53/getZone:getZone`); throws when it is not expected. */
  invoke(token: string, args: Record<string, Wire>): Record<string, Wire>;
}

export interface Observed {
  registrations: Registration[];
  /** What the program exports, as sent to the engine. */
  outputs: Record<string, Wire>;
}

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * Runs a Pulumi program with no engine and no cloud, and sees every resource with all of its options.
 *
 * @throws what the program throws, also from inside an output nobody awaits
 */
export function observe(program: () => unknown, surroundings: Surroundings): Promise<Observed> {
  // A store of its own: a program that ran before in this process leaves no trace.
  return withLocalStorage(async () => {
    const failures = Failures.watch();
    const observer = new Observer(surroundings, failures);
    try {
      await observer.install();
      await runInPulumiStack(async () => {
        registerStackTransformation(({ type, props }) => observer.noteProperties(type, props));
        return program();
      }).catch((error) => failures.add(error));
      await waitForRPCs();
    } finally {
      await failures.stop();
    }
    failures.rethrow();
    return { registrations: observer.registrations, outputs: observer.outputs };
  });
}

/**
 * What the program may count on. Not "resource references": a resource given as an input is then sent as its id, which
 * is what a provider would get. Not "output values" either: inputs arrive as plain values.
 */
const { ResourceMonitorFeature: Feature } = resourceProto;
const FEATURES = [
  Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
];

type Callback = (error: unknown, response?: unknown) => void;

/** Stands in for the engine: says yes to every resource and gives each output that it would compute a token. */
class Observer {
  readonly registrations: Registration[] = [];
  outputs: Record<string, Wire> = {};
  readonly #surroundings: Surroundings;
  readonly #failures: Failures;
  /** The properties of each type as its constructor lists them: the inputs, and the outputs as undefined. */
  readonly #properties = new Map<string, Set<string>>();

  constructor(surroundings: Surroundings, failures: Failures) {
    this.#surroundings = surroundings;
    this.#failures = failures;
  }

  async install(): Promise<void> {
    const { project, projectDir, stack, config, secretKeys } = this.#surroundings;
    const unused = () => {
      throw new Error("the monitor's own methods answer");
    };
    await setMocks({ call: unused, newResource: unused }, project, stack);
    setRootDirectory(projectDir);
    setAllConfig(config, secretKeys);
    withoutHooks();
    // The mock monitor shows little of a request (no parent, no options), so its methods are replaced.
    Object.assign(getMonitor(), {
      getDeploymentInfo: this.#answering(() => ({ getSupportedfeaturesList: () => FEATURES })),
      registerResource: this.#answering((request: proto.RegisterResourceRequest) => this.#register(request)),
      registerResourceOutputs: this.#answering((request: proto.RegisterResourceOutputsRequest) =>
        this.#registerOutputs(request),
      ),
      invoke: this.#answering((request: proto.ResourceInvokeRequest) => this.#invoke(request)),
      readResource: this.#answering((request: proto.ReadResourceRequest) => {
        throw new Error(
          `${request.getType()} "${request.getName()}" exists elsewhere: it can't be read here`,
        );
      }),
    });
  }

  noteProperties(type: string, props: Record<string, unknown>): undefined {
    const known = this.#properties.get(type);
    if (known) for (const key of Object.keys(props)) known.add(key);
    else this.#properties.set(type, new Set(Object.keys(props)));
  }

  #register(request: proto.RegisterResourceRequest): unknown {
    const registration = registrationOf(request, this.#surroundings);
    const { urn, type, name, custom } = registration;
    if (type !== STACK_TYPE) this.registrations.push(registration);
    return {
      getUrn: () => urn,
      getId: () => (custom ? this.#surroundings.token(urn, name, "id") : ""),
      getObject: () => ({ toJavaScript: () => this.#stateOf(registration) }),
      getPropertydependenciesMap: () => undefined,
      getResult: () => 0,
      getUnknown: () => false,
    };
  }

  /** Inputs come back as they were given; whatever else the type has, it computes. */
  #stateOf({ urn, type, name, custom, inputs, options }: Registration): Record<string, unknown> {
    const state: Record<string, unknown> = { ...inputs };
    if (!custom) return state;
    const secretOutputs = new Set(options.additionalSecretOutputs);
    for (const property of this.#properties.get(type) ?? []) {
      if (property in state || property === "id" || property === "urn") continue;
      state[property] = shaped(type, property, (path) => {
        const token = this.#surroundings.token(urn, name, path);
        return secretOutputs.has(property) ? secret(token) : token;
      });
    }
    return state;
  }

  #registerOutputs(request: proto.RegisterResourceOutputsRequest): unknown {
    const isStack = request.getUrn().includes(`::${STACK_TYPE}::`);
    if (isStack) this.outputs = fieldsOf(request.getOutputs());
    return {};
  }

  #invoke(request: proto.ResourceInvokeRequest): unknown {
    const result = this.#surroundings.invoke(request.getTok(), fieldsOf(request.getArgs()));
    return { getReturn: () => ({ toJavaScript: () => result }), getFailuresList: () => [] };
  }

  /** A method of the monitor from a plain function. Pulumi blurs what a call failed with, so it is noted here. */
  #answering<Request>(answer: (request: Request) => unknown) {
    return (request: Request, ...rest: unknown[]) => {
      const callback = rest.at(-1) as Callback;
      let response: unknown;
      try {
        response = answer(request);
      } catch (error) {
        this.#failures.add(error);
        callback(error);
        return;
      }
      callback(null, response);
    };
  }
}

function fieldsOf(struct: { toJavaScript(): unknown } | undefined): Record<string, Wire> {
  return (struct?.toJavaScript() ?? {}) as Record<string, Wire>;
}
