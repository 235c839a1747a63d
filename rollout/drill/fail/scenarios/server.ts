import { first } from "../../../../infra/sure.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import { heaviestTrack, serversOfTrack } from "../ground.ts";
import { OUT_AND_IN, outAndIn } from "../out-and-in.ts";
import type { Scenario } from "../scenario.ts";

/** T3: a server ends as if its machine had lost power. The autoscaling group's part is played by `rehearse up`. */
export const server: Scenario = {
  name: "server",
  breaks: "one server of the track with the most traffic is killed",
  expected: OUT_AND_IN,
  async play(stage) {
    const gone = first(serversOfTrack(stage.room, heaviestTrack(stage.room)));
    const keys = keysOf(gone);
    await outAndIn(stage, [gone], {
      what: `${gone.id} is killed`,
      inject: async () => {
        for (const key of [keys.nginx, keys.app]) stage.signal(key, "SIGKILL");
      },
      mend: () => stage.restart(),
    });
  },
};
