import * as pulumi from "@pulumi/pulumi";

/** What is registered of a resource: its properties by name. */
type Properties = Record<string, unknown>;

/**
 * Changes a resource's properties.
 *
 * @param properties as we would register them
 * @param type such as `aws:rds/instance:Instance`, where several resources have the name
 * @returns all of them, changed
 */
// biome-ignore lint/suspicious/noExplicitAny: what a resource's properties are, its type says at run time only.
export type Override = (properties: Record<string, any>, type: string) => Properties;

/** By the resource's name without the stack's: `database` is `beta-database` in beta. */
export type Overrides = Readonly<Record<string, Override>>;

/**
 * Registers a program's resources with some of their properties changed (Pulumi's transformations: they run in this process,
 * so the rehearsal and the preview see the same).
 *
 * @throws {pulumi.RunError} for a name that no resource has: a change that silently does nothing would be believed done
 */
export function overridden<T>(overrides: Overrides, program: () => T): T {
  const unused = new Set(Object.keys(overrides));
  if (unused.size === 0) return program();
  const prefix = `${pulumi.getStack()}-`;
  const names = new Set<string>();
  let ended = false;
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    // What a program registers afterwards is its own; what we call a component has no properties in the cloud.
    if (ended || /^(rollout|pulumi):/.test(type)) return undefined;
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    names.add(short);
    const override = Object.hasOwn(overrides, short) ? overrides[short] : undefined;
    if (!override) return undefined;
    unused.delete(short);
    return { props: override(props, type), opts };
  });
  const outputs = program();
  ended = true;
  if (unused.size > 0) {
    const wrong = [...unused].map((name) => `"${name}"`).join(", ");
    throw new pulumi.RunError(
      `infra/index.ts overrides ${wrong}, which no resource is called. There are: ${[...names].toSorted().join(", ")}`,
    );
  }
  return outputs;
}
