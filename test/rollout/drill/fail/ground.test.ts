import { describe, expect, it } from "vitest";
import {
  databaseInZones,
  heaviestTrack,
  hostFilesOf,
  shareWithout,
  zonesOf,
} from "../../../../rollout/drill/fail/ground.ts";
import { UNIT_FILE, unitIn } from "../../../../rollout/drill/fail/unit.ts";
import { shippedGraph } from "../../../support/shipped-graph.ts";

describe("the shipped prod stack", async () => {
  const graph = await shippedGraph("prod");

  it("says where its servers are, and what becomes of its database when a zone is lost", () => {
    const zones = zonesOf(graph);
    expect(zones.length).toBeGreaterThanOrEqual(2);
    expect(new Set(zones).size).toBe(zones.length);
    for (const zone of zones) expect(zone).toMatch(/^[a-z]+-[a-z]+-\d[a-z]$/);
    expect(databaseInZones(graph)).toContain("standby");
  });

  it("starts its app again when it is killed at its memory limit", () => {
    const unit = hostFilesOf(graph).find(({ path }) => path === UNIT_FILE);
    expect(unitIn(unit!.content)).toMatchObject({ restart: "always", restartSeconds: 5 });
  });
});

describe("what is left when servers are gone", () => {
  const server = (id: string, track: string) => ({ id, track }) as never;
  const servers = [server("blue-1", "blue"), server("blue-2", "blue"), server("green-1", "green")];
  const room = {
    balancer: { split: { weights: { blue: 90, green: 10 } } },
    ledger: { state: { servers } },
  } as never;

  it.each([
    [[0], 0],
    [[2], 0.1],
    [[0, 1], 0.9],
    [[0, 1, 2], 1],
  ])("without servers %j the share %f has nobody", (gone, share) => {
    expect(
      shareWithout(
        room,
        gone.map((index) => servers[index]!),
      ),
    ).toBe(share);
  });

  it("knows the track that most requests go to", () => {
    expect(heaviestTrack(room)).toBe("blue");
  });
});
