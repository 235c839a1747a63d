import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { patternsOf, REST, type Sessions } from "../sessions/rules.ts";
import { entry, member } from "../sure.ts";
import { placesOf, type WeightedTrack } from "./forward.ts";

/** After every tester's rule (forward.ts): sessions, then numbers, then those whose number is in no range. ALB takes up to 50,000. */
const PRIORITIES = { session: 49_200, bucket: 49_500, rest: 49_900, span: 300 };

/** What reads the browsers' cookies: ../sessions/rules.ts. */
export function sessionRules(
  name: string,
  listenerArn: pulumi.Output<string>,
  tracks: readonly WeightedTrack[],
  sessions: Sessions,
  opts: pulumi.CustomResourceOptions,
): void {
  const places = placesOf(
    tracks.map((track) => track.name),
    PRIORITIES.span,
  );
  const patterns = patternsOf(
    sessions,
    Object.fromEntries(tracks.map(({ name: track, weight }) => [track, weight])),
  );
  const rule = (
    part: string,
    priority: number,
    regexValues: readonly string[],
    track: string,
    more: pulumi.CustomResourceOptions,
  ) =>
    new aws.lb.ListenerRule(
      `${name}-${part}`,
      {
        listenerArn,
        priority,
        conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: [...regexValues] } }],
        actions: [{ type: "forward", targetGroupArn: groupOf(track) }],
      },
      more,
    );
  // Another stable track first, then the others: no browser is sent to the last one in between.
  const rest = rule("bucket", PRIORITIES.rest, REST, sessions.stable, opts);
  const after = { ...opts, dependsOn: rest };
  for (const { name: track } of tracks) {
    const { session, bucket } = member(patterns, track);
    const place = entry(places, track);
    rule(`${track}-session`, PRIORITIES.session + place, session, track, after);
    rule(`${track}-bucket`, PRIORITIES.bucket + place, bucket, track, after);
  }

  function groupOf(track: string): pulumi.Input<string> {
    const found = tracks.find((each) => each.name === track);
    if (!found) throw new RangeError(`no such track: ${track}`);
    return found.targetGroupArn;
  }
}
