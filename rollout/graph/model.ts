/**
 * A stack's resources as the program registers them: what `rollout graph` prints, what the rehearsal brings up and
 * what the preview compares. Plain JSON; keys sorted, resources sorted by urn.
 */
export interface Graph {
  /** The version of this format. */
  version: 1;
  project: string;
  stack: string;
  resources: GraphResource[];
  /** What the program exports. */
  outputs: Record<string, Value>;
}

export interface GraphResource {
  urn: string;
  /** The type token, such as `aws:lb/listener:Listener`. */
  type: string;
  name: string;
  /** False for components, which exist only in the program. */
  custom: boolean;
  inputs: Record<string, Value>;
  /** The urn of the component that the resource belongs to. */
  parent?: string;
  /** Sorted urns of the resources that must exist first. */
  dependencies: string[];
  options: GraphOptions;
}

/** Resource options that differ from their default; absent means the default. */
export interface GraphOptions {
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
  aliases?: Value[];
  customTimeouts?: Value;
  /** Names of what the program runs before it is created, updated and so on: `{ beforeCreate: ["metric-speaks"] }`. */
  hooks?: Record<string, string[]>;
  deletedWith?: string;
  /** The id of an existing resource that the program adopts. */
  import?: string;
  provider?: string;
  version?: string;
}

/** A value of an input: JSON, with three marked forms for what only the cloud can know or nobody may see. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value } | Marked;

/** A marked value is an object with exactly one key that starts with `$`. */
export type Marked = Reference | Joined | Encoded | Secret | Asset;

/**
 * Another resource's output: `{ $ref: { urn, property: "arn" } }`. A nested one is dotted: `endpoint.0.address`. What a
 * data source answers has a urn that says what was asked: `invoke:aws:route53/getZone:getZone(name=example.com)`.
 */
export interface Reference {
  $ref: { urn: string; property: string };
}

/** Text with references in it, in order. */
export interface Joined {
  $join: (string | Reference)[];
}

/** Base64 (user data), compressed or not: shown as the text that it stands for. */
export interface Encoded {
  $base64: string | Joined | Reference;
}

/**
 * A secret: its text is gone, the references it was made of stay; one of the config is a reference to `config:encrypted`, by
 * a digest of how it is encrypted.
 */
export interface Secret {
  $secret: Reference[];
}

/** A file or folder that goes along with a resource: its digest, not its content. */
export interface Asset {
  $asset: { kind: "text" | "file" | "archive"; sha256: string; path?: string; text?: string };
}
