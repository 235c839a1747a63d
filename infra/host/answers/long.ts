/** Where a server writes what stays open for long: {@link longLog}. CloudWatch's agent ships it. */
export const LONG_LOG = "/var/log/nginx/long.log";

const OPENED = "/.rollout/opened";

/**
 * WebSockets and event streams, by what the client asks for. nginx writes a line of its access log when an answer is over, which is
 * hours later: here there is one when it is opened, too, with status 204, which is that of a copy of the request that goes nowhere
 * (`mirror`). Only so is it known how soon a client whose connection was cut was back. The line of the end has the
 * request's own status: 101, or 200 of a stream; any other says that nothing was opened.
 */
export function longLog(track: string): string {
  const fields = {
    long: '"$long"',
    at: "$msec",
    track: `"${track}"`,
    id: '"$request_id"',
    address: '"$remote_addr"',
    agent: '"$http_user_agent"',
    path: '"$path"',
    status: '"$status"',
    seconds: "$request_time",
  };
  const line = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return `  map "$http_upgrade|$http_accept" $long { default ""; "~*^websocket\\|" socket; "~*text/event-stream" events; }
  log_format long escape=json '{${line.join(",")}}';
  include machine/long.conf;
`;
}

/** In the location whose requests are written down. */
export const TOLD_WHEN_OPENED = `mirror ${OPENED};
      mirror_request_body off;`;

/** Where the copies end. */
export const OPENED_LOCATION = `    location = ${OPENED} {
      internal;
      log_subrequest on;
      include machine/long.conf;
      return 204;
    }
`;
