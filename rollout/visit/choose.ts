import { Misuse, UserError } from "../errors.ts";
import { APP, type AppProcess, isMeant } from "./visited.ts";

export interface Choice {
  track?: string | undefined;
  server?: string | undefined;
  process?: string | undefined;
}

/**
 * The process that a person means: of the track, by default the only one; of several alike the first that runs.
 *
 * @throws {Misuse} when the choice is open
 * @throws {UserError} when there is none such, or it doesn't run
 */
export function chosen(processes: readonly AppProcess[], choice: Choice): AppProcess {
  const { track, server, process = APP } = choice;
  const found = processes.filter(
    (each) =>
      isMeant(each.process, process) &&
      (track === undefined || each.track === track) &&
      (server === undefined || each.server === server),
  );
  if (found.length === 0) {
    const there = processes.map((each) => `${each.track} ${each.server} ${each.process}`).join(", ");
    const asked = [track && `of ${track}`, server && `on ${server}`].filter(Boolean).join(" ");
    throw new UserError(`there is no process ${process} ${asked || "at all"}; there are: ${there || "none"}`);
  }
  const tracks = [...new Set(found.map((each) => each.track))];
  if (tracks.length > 1) throw new Misuse(`on which track? Add --track ${tracks.join(" or --track ")}`);
  const running = found.find(({ state }) => state === "running");
  if (running) return running;
  throw new UserError(found.map((each) => `${each.process} on ${each.server} is ${each.state}`).join("; "));
}
