import type { Graph } from "../../graph/model.ts";
import { ofType } from "../../graph/resources.ts";
import { serverFilesOf } from "../../graph/server-files.ts";
import { referencesIn } from "../../graph/text.ts";
import { TYPES } from "../../graph/types.ts";
import { RehearsalError } from "../../platforms/rehearsal/machine/errors.ts";
import type { ServerRecord } from "../../platforms/rehearsal/machine/state.ts";
import type { HealthModel } from "../../platforms/rehearsal/plan/balancer/model.ts";
import { trackNamed } from "../../platforms/rehearsal/plan/balancer/model.ts";
import { databaseIn } from "../../platforms/rehearsal/plan/database-in.ts";
import { type WrittenFile, writtenFiles } from "../../platforms/rehearsal/plan/written-files.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";

/** The track that most requests go to. */
export function heaviestTrack({ balancer }: Pick<Room, "balancer">): string {
  const [track] = Object.entries(balancer.split.weights).sort(([, a], [, b]) => b - a)[0] ?? [];
  if (track === undefined) throw new RehearsalError("no track carries traffic: there is nothing to fail");
  return track;
}

export function healthOfTrack({ balancer }: Pick<Room, "balancer">, track: string): HealthModel {
  const model = trackNamed(balancer, track);
  if (!model) throw new RehearsalError(`the balancer knows no track ${track}`);
  return model.health;
}

export function serversOfTrack({ ledger }: Pick<Room, "ledger">, track: string): ServerRecord[] {
  return ledger.state.servers.filter((server) => server.track === track);
}

/** The share of the traffic, 0 to 1, that goes to tracks all of whose servers are among the given ones. */
export function shareWithout(
  { balancer, ledger }: Pick<Room, "balancer" | "ledger">,
  gone: readonly ServerRecord[],
): number {
  const isGone = ({ id }: ServerRecord) => gone.some((each) => each.id === id);
  const dead = Object.entries(balancer.split.weights).filter(([track]) =>
    serversOfTrack({ ledger }, track).every(isGone),
  );
  return dead.reduce((sum, [, weight]) => sum + weight, 0) / 100;
}

/** The zones that the servers are spread over, such as `us-east-1a`. */
export function zonesOf(graph: Graph): string[] {
  const group = ofType(graph, TYPES.autoscalingGroup)[0];
  const urns = referencesIn(group?.inputs.vpcZoneIdentifiers).map(({ urn }) => urn);
  const zones = urns.map((urn) => graph.resources.find((each) => each.urn === urn)?.inputs.availabilityZone);
  if (zones.length === 0 || zones.some((zone) => typeof zone !== "string"))
    throw new RehearsalError("the captured groups don't say in which zones their servers are");
  return zones as string[];
}

/** What becomes of the database when its zone is lost. */
export function databaseInZones(graph: Graph): string {
  return databaseIn(graph).inputs.multiAz === true
    ? "RDS fails over to its standby in another zone"
    : "in one zone: when that is the lost one, it comes back with its zone or from a backup (rollout drill restore)";
}

/** The files that every server gets. What only the cloud knows has no text here. */
export function hostFilesOf(graph: Graph): WrittenFile[] {
  const template = ofType(graph, TYPES.launchTemplate)[0];
  if (!template?.inputs.userData) throw new RehearsalError("the stack has no launch template with user data");
  return writtenFiles(serverFilesOf(graph, template, () => "unknown"));
}
