import { first } from "../../../../infra/sure.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import { databaseInZones, serversOfTrack, zonesOf } from "../ground.ts";
import { zoneOfServer } from "../judge.ts";
import { OUT_AND_IN, outAndIn } from "../out-and-in.ts";
import type { Scenario } from "../scenario.ts";

/**
 * T3: a zone is lost with all servers in it. A group spreads its servers evenly over its zones, so a track's first server is
 * in the first one: of a track with one server everything is lost, of one with two half.
 */
export const zone: Scenario = {
  name: "zone",
  breaks: "a zone is lost: every server in it, of every track",
  expected: OUT_AND_IN,
  async play(stage) {
    const { room } = stage;
    const zones = zonesOf(room.graph);
    const lost = first(zones);
    const gone = room.plan.tracks.flatMap(({ name }) =>
      serversOfTrack(room, name).filter((_, index) => zoneOfServer(index, zones) === lost),
    );
    stage.facts.zone = lost;
    stage.facts.zones = zones.join(", ");
    stage.facts.database = databaseInZones(room.graph);
    await outAndIn(stage, gone, {
      what: `zone ${lost} is lost, with ${gone.length} of ${room.ledger.state.servers.length} servers`,
      inject: async () => {
        for (const { nginx, app } of gone.map(keysOf))
          for (const key of [nginx, app]) stage.signal(key, "SIGKILL");
      },
      mend: () => stage.restart(),
    });
  },
};
