/** An answer to a user, from a line of a server's access log (infra/host/nginx.ts). */
export interface LoggedAnswer {
  /** When it was whole, ISO 8601. */
  time: string;
  track: string;
  /** The client's, as nginx believes it. */
  address?: string;
  status: number;
  /** How long the app took to its first header, as an ALB counts it; undefined where nobody waited for that. */
  seconds: number | undefined;
  /** What it is to the count of sessions (infra/sessions/visits.ts); left out where there are none. */
  session?: string;
  /** The browser's, which tells those behind one address apart. */
  number?: string;
  agent?: string;
}

/** nginx's own status of a request whose client had left before there was an answer; an ALB's is 460, and has no time. */
const CLIENT_LEFT = 499;
const SWITCHED_PROTOCOLS = 101;

/**
 * Undefined for a line that is no answer to a user: one that a crash cut short; a health check, of which nginx logs those
 * that it has to answer itself, as the application isn't up yet; and a WebSocket, whose line comes when it is closed, hours
 * after it was opened. One that couldn't be opened is an answer like any other.
 */
export function answerIn(line: string): LoggedAnswer | undefined {
  const { path, ...answer } = parsed(line);
  if (path === undefined || path === "/health" || answer.status === SWITCHED_PROTOCOLS) return undefined;
  return answer.status === CLIENT_LEFT ? { ...answer, seconds: undefined } : answer;
}

function parsed(line: string): LoggedAnswer & { path?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return {} as LoggedAnswer;
  }
}
