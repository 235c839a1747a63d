import type { Recorded, Recording } from "./mocks.ts";

/**
 * The resources that differ between two recordings, also those that only one of them has, as `type name`, sorted. What a
 * resource waits for is no difference: it orders an `up`, and the engine updates nothing for it.
 */
export function changed(before: Recording, after: Recording): string[] {
  const [old, now] = [byUrn(before), byUrn(after)];
  return [...new Map([...old, ...now]).values()]
    .filter(({ urn }) => textOf(old.get(urn)) !== textOf(now.get(urn)))
    .map(({ type, name }) => `${type} ${name}`)
    .toSorted();
}

function byUrn({ resources }: Recording): Map<string, Recorded> {
  return new Map(resources.map((each) => [each.urn, each]));
}

function textOf(recorded: Recorded | undefined): string {
  return JSON.stringify(recorded && { ...recorded, dependencies: undefined });
}
