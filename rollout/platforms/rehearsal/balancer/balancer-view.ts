import { member } from "../../../../infra/sure.ts";
import type { Ledger } from "../machine/state.ts";
import { layoutOf } from "./balancing.ts";
import { counters, type ServerStats } from "./stats.ts";
import { readCohorts, readDraining, readMaintenance, readWeights, setReal } from "./traffic.ts";

/** What the running balancer says of itself. */
export interface BalancerView {
  /** The real split in whole percent, also of tracks that get nothing. */
  weights: Record<string, number>;
  /** The track without weight that keeps its sessions. */
  draining: string | undefined;
  /** The track that each open cohort is led to. */
  cohorts: Record<string, string>;
  maintenance: boolean;
  /** Since the balancer's process started; an answer of 5xx is a failure. */
  tracks: Record<string, { requests: number; failures: number; open: number }>;
  servers: Record<string, ServerStats>;
}

/** @throws {RehearsalError} when the balancer doesn't answer: its split is then unknown */
export async function readBalancer(ledger: Ledger): Promise<BalancerView> {
  const layout = layoutOf(ledger);
  const [real, cohorts, maintenance, { tracks }] = await Promise.all([
    readWeights(layout),
    readCohorts(layout),
    readMaintenance(layout),
    counters(layout.socket),
  ]);
  const draining = await readDraining(layout, real);
  const names = Object.keys(tracks).sort();
  return {
    weights: Object.fromEntries(names.map((name) => [name, real[name] ?? 0])),
    draining,
    cohorts,
    maintenance,
    tracks: Object.fromEntries(
      names.map((name) => {
        const { requests, http5xx, sessions } = member(tracks, name);
        return [name, { requests, failures: http5xx, open: sessions }];
      }),
    ),
    servers: Object.fromEntries(
      Object.values(tracks).flatMap(({ servers }) => servers.map((server) => [server.name, server])),
    ),
  };
}

/** Sets the split of the running balancer. @param weights whole percent that sum to 100 */
export function setWeights(ledger: Ledger, weights: Record<string, number>): Promise<void> {
  return setReal(layoutOf(ledger), weights);
}
