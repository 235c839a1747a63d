/**
 * How Pulumi marks special values on the wire between a program and its engine: an object whose signature key says what
 * it is.
 *
 * Source: sdk/go/common/resource/properties.go and asset.go of pulumi/pulumi.
 */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A value as a program sends it: JSON and the marked objects. */
export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

export function secret(value: Wire): Wire {
  return { [SIGNATURE]: SECRET, value };
}

/** What a marked secret holds; undefined when the value is no secret. */
export function revealed(value: Wire): { value: Wire } | undefined {
  return isObject(value) && value[SIGNATURE] === SECRET ? { value: value.value ?? null } : undefined;
}

export function isAsset(value: Wire): value is { [key: string]: Wire } {
  return isObject(value) && value[SIGNATURE] === ASSET;
}

export function isArchive(value: Wire): value is { [key: string]: Wire } {
  return isObject(value) && value[SIGNATURE] === ARCHIVE;
}

export function isObject(value: unknown): value is { [key: string]: Wire } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
