import { trackOfBackend } from "./config/config-backend.ts";
import { ask } from "./socket.ts";

/** A request that has no whole answer yet. */
export interface WaitingRequest {
  /** Names it among those that wait now. */
  id: string;
  track: string;
  /** Whole seconds since it came. */
  seconds: number;
}

/**
 * All requests that wait now, by HAProxy's `show sess` (management guide, "Unix Socket commands"). One that a client is still
 * sending doesn't wait, nor does a WebSocket.
 *
 * @throws {RehearsalError} when the balancer doesn't answer
 */
export async function waitingAt(socket: string): Promise<WaitingRequest[]> {
  return (await ask(socket, "show sess")).split("\n").flatMap(waitingIn);
}

export function waitingIn(line: string): WaitingRequest[] {
  const [id = "", ...words] = line.split(" ");
  const valueAt = (name: string) => words.find((word) => word.startsWith(name))?.slice(name.length) ?? "";
  const track = trackOfBackend(valueAt("be="));
  const stages = Number.parseInt(fieldOf(valueAt("rp["), "an"), 16);
  // A time by which more must have come: the client still sends.
  const sends = fieldOf(valueAt("rq["), "rx") !== "";
  if (track === undefined || sends || !(stages > 0)) return [];
  return [{ id: `${id} ${track}`, track, seconds: secondsIn(valueAt("age=")) }];
}

/** Of a channel's fields, such as `f=49c40080h,i=0,an=8000h,rx=,wx=,ax=]`. */
function fieldOf(channel: string, name: string): string {
  const field = channel.split(",").find((each) => each.startsWith(`${name}=`));
  return field?.slice(name.length + 1) ?? "";
}

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Such as `1m3s`. */
function secondsIn(age: string): number {
  let sum = 0;
  let digits = "";
  for (const letter of age) {
    const unit = SECONDS[letter];
    if (unit === undefined) digits += letter;
    else {
      sum += Number(digits) * unit;
      digits = "";
    }
  }
  return sum;
}
