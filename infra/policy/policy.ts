import { at, type Json, said } from "./values.ts";

/** A resource as rules see it, whether it was captured or comes from Pulumi's engine. */
export interface Resource {
  urn: string;
  /** The type token, such as `aws:rds/instance:Instance`. */
  type: string;
  name: string;
  inputs: { [key: string]: Json };
  /** Pulumi's `protect` option. */
  protect: boolean;
  /**
   * True: captured, the text of a secret is replaced by `(secret …)`. False: from the engine, which hands secrets over in
   * clear and counts to a property's resources also those that it only waits for; rules about secrets can't tell then.
   */
  redacted: boolean;
  /** The urns of the resources that each property is made of. Empty where only one resource is looked at. */
  refs: { [property: string]: string[] };
}

export interface About {
  /** Lower-case words with dashes: what a waiver names. */
  id: string;
  /** What must hold, as a sentence without a full stop. */
  title: string;
  /** Controls of AWS Foundational Security Best Practices, such as `RDS.3`. Empty: it is this project's own. */
  controls: string[];
  why: string;
  /** What to do when it is broken. */
  advice: string;
}

/** A rule about one resource by itself. */
export interface ResourcePolicy extends About {
  types: string[];
  /** What is wrong with it, one sentence each without a full stop. */
  broken(resource: Resource): string[];
}

/** A rule about how resources stand to each other. */
export interface GraphPolicy extends About {
  brokenIn(resources: Resource[]): { resource: Resource; found: string }[];
}

export type Policy = ResourcePolicy | GraphPolicy;

/** A rule about one property of one type. `must` gets undefined where it isn't set. */
export function onProperty(
  type: string,
  path: string,
  must: (value: Json | undefined) => boolean,
  about: About,
): ResourcePolicy {
  return {
    ...about,
    types: [type],
    broken: ({ inputs }) => {
      const value = at(inputs, path);
      return must(value) ? [] : [`${path} is ${said(value)}`];
    },
  };
}

/** A rule that each resource of a type has another one that belongs to it. */
export function onCompanion(
  type: string,
  companion: {
    type: string;
    by: string;
    fits?: (resource: Resource) => boolean;
    missing: string;
    /** A resource that does without one, on purpose. */
    spared?: (resource: Resource) => boolean;
  },
  about: About,
): GraphPolicy {
  return {
    ...about,
    brokenIn: (resources) =>
      ofType(resources, type)
        .filter((each) => !companion.spared?.(each))
        .filter(
          ({ urn }) =>
            !ofType(resources, companion.type).some(
              (other) => other.refs[companion.by]?.includes(urn) && (companion.fits?.(other) ?? true),
            ),
        )
        .map((resource) => ({ resource, found: companion.missing })),
  };
}

export function ofType(resources: Resource[], ...types: string[]): Resource[] {
  return resources.filter(({ type }) => types.includes(type));
}
