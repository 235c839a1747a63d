/** A property's value as the engine sends it: JSON, with secrets and unknown values as marked ones. */
export type Value = null | boolean | number | string | Value[] | Properties;

export interface Properties {
  [key: string]: Value;
}

/** Stands for a value that only a real run knows. Source: sdk/go/common/resource/plugin/rpc.go of pulumi/pulumi. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A secret comes as `{ [signature]: ..., value }`. Source: sdk/go/common/resource/sig/sig.go of pulumi/pulumi. */
export function isSecret(value: Properties): boolean {
  return value["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270";
}
