import type { Recorded, Recording } from "./mocks.ts";

/** The resources that differ between two recordings, also those that only one of them has, as `type name`, sorted. */
export function changed(before: Recording, after: Recording): string[] {
  const [old, now] = [byUrn(before), byUrn(after)];
  return [...new Map([...old, ...now]).values()]
    .filter(({ urn }) => JSON.stringify(old.get(urn)) !== JSON.stringify(now.get(urn)))
    .map(({ type, name }) => `${type} ${name}`)
    .toSorted();
}

function byUrn({ resources }: Recording): Map<string, Recorded> {
  return new Map(resources.map((each) => [each.urn, each]));
}
