/** The parts of a stack, each a component that stands in any network, for programs of every language that Pulumi has. */

export { Alarms, type AlarmsArgs } from "./alarms.ts";
export { Alerts, type AlertsArgs } from "./alerts.ts";
export { Balancer, type BalancerArgs } from "./balancer.ts";
export { Database, type DatabaseArgs } from "./database.ts";
export { Track, type TrackArgs } from "./track.ts";
