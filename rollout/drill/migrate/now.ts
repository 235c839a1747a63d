import type { Drilled } from "../../core/action.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import { drillFiles } from "../drill-files.ts";
import { drilledLast } from "./last.ts";

/** What the last drill says of a candidate as the config has it now. @throws when that or the records can't be read */
export async function drilledNow(options: Options, candidate: string): Promise<Drilled> {
  const place = placeIn(options);
  const { plan } = await prepareChange(options, place);
  const { version = "unknown" } = plan.tracks.find(({ name }) => name === candidate) ?? {};
  const how = `rollout drill migrate --candidate ${candidate} --stack ${options.stack}`;
  return drilledLast(await drillFiles(place.folder).read(), { candidate, version }, how);
}
