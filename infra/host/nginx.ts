import { cookieMaps, cookieVariables, USER_HEADER } from "../sessions/cookies.ts";
import { seconds } from "../settings/duration.ts";
import { timeoutsOf } from "../settings/timeouts.ts";
import { LONG_LOG, longLog, OPENED_LOCATION, TOLD_WHEN_OPENED } from "./answers/long.ts";
import { ASSETS_FOLDER } from "./assets/assets.ts";
import { assetLocations, keptAssets, toldToCaches } from "./assets/locations.ts";
import { APP_PORT, type Host, type HostFile, TLS_FOLDER } from "./host.ts";

type Told = Pick<
  Host,
  "track" | "version" | "stickiness" | "domain" | "proxies" | "requestsPerMinute" | "bodyMiB" | "app"
>;

/**
 * The servers' `nginx.conf`: nginx 1.22 (Debian 12) and 1.24 (Ubuntu 24.04) accept it.
 *
 * What belongs to one machine (paths, ports, addresses) is in files under `machine/`, included by a path relative
 * to nginx.conf, so that the rehearsal runs this very text elsewhere.
 */
export function nginxConf(host: Told): string {
  const { domain, proxies, requestsPerMinute, bodyMiB, app } = host;
  const limit = `limit_req zone=address burst=${burst(requestsPerMinute)} nodelay;`;
  return `include machine/main.conf;
worker_processes auto;
# After a reload, what is open goes on as long as the balancer drains; then it is closed.
worker_shutdown_timeout ${seconds(app.drain)}s;
events { worker_connections 4096; }

http {
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  tcp_nopush on;

${logging(host)}
${clients(proxies, requestsPerMinute, bodyMiB, app)}
${TLS}
${GZIP}
${OWN_HEADERS}
${cookieMaps({ ...host, cacheControl: toldToCaches(app) })}
${keptAssets(app)}  include machine/http.conf;
${longLog(host.track)}
${upstreams(domain)}
  server {
    include machine/listen.conf;
    server_name _;

${headers(host)}
${proxy(app)}
    location = /health {
      access_log off;
      proxy_pass http://$pool${app.healthPath === "/health" ? "" : app.healthPath};
    }
    location / {
      ${limit}
      ${TOLD_WHEN_OPENED}
      proxy_pass http://$pool;
    }
${OPENED_LOCATION}${assetLocations(app, limit)}
    # Only nginx's own errors (the app is down or too slow); what the app answers passes as it is.
    error_page 502 503 504 /sorry.html;
    location = /sorry.html {
      internal;
      default_type text/html;
      return 200 '${SORRY}';
    }
  }
}
`;
}

/** The included files on a real server. */
export function machineFiles({ vpcCidr, app }: Pick<Host, "vpcCidr" | "app">): HostFile[] {
  const files: Record<string, string> = {
    main: `user www-data;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
worker_rlimit_nofile 16384;
`,
    http: `access_log /var/log/nginx/access.log track;
set_real_ip_from ${vpcCidr};
`,
    long: `access_log ${LONG_LOG} long if=$long;
`,
    listen: `listen 443 ssl http2;
ssl_certificate ${TLS_FOLDER}/host.crt;
ssl_certificate_key ${TLS_FOLDER}/host.key;
`,
    upstream: `server 127.0.0.1:${APP_PORT};
`,
    ...(app.assets.length > 0 && { assets: `root ${ASSETS_FOLDER};\n` }),
  };
  return Object.entries(files).map(([name, content]) => ({
    path: `/etc/nginx/machine/${name}.conf`,
    content,
  }));
}

/** A page with what it loads comes at once and isn't refused: a third of the minute's share. */
function burst(requestsPerMinute: number): number {
  return Math.max(20, Math.ceil(requestsPerMinute / 3));
}

/**
 * One JSON object a line. Without the query string, where tokens and personal data end up.
 *
 * `seconds` is how long the app took, as an ALB counts it (ALB User Guide, "Access logs", target_processing_time; its
 * metric TargetResponseTime): from the whole request to the first of the answer's headers. With a web firewall before it
 * the time that a client needs for its body isn't in it, so a slow upload is no slow answer; nor is a slow download, or a
 * stream that goes on for hours. What nginx answers in the app's place took as long as nginx waited for the app.
 * `total_seconds` is all of it. `session` is what the request is to the count of sessions (../sessions/visits.ts).
 */
function logging({ track, stickiness }: Pick<Told, "track" | "stickiness">): string {
  const fields = {
    time: '"$time_iso8601"',
    track: `"${track}"`,
    id: '"$request_id"',
    trace: '"$http_x_amzn_trace_id"',
    address: '"$remote_addr"',
    method: '"$request_method"',
    path: '"$path"',
    status: "$status_number",
    bytes: "$bytes_sent",
    seconds: "$seconds",
    total_seconds: "$request_time",
    protocol: '"$server_protocol"',
    agent: '"$http_user_agent"',
    ...(stickiness !== "none" && { session: '"$visit"', number: '"$number"' }),
  };
  const line = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return `  map $request_uri $path { "~^(?<bare>[^?]*)" $bare; }
  # A connection that ends before its answer has status 000, which JSON doesn't take for a number.
  map $status $status_number { default $status; 000 0; }
  # Of several tries the last one, and 0 where the app wasn't asked.
  map $upstream_response_time $waited { "~(?<last>[0-9.]+)$" $last; default 0; }
  map $upstream_header_time $seconds { "~(?<first>[0-9.]+)$" $first; default $waited; }
  log_format track escape=json '{${line.join(",")}}';
`;
}

function clients(
  proxies: string[],
  requestsPerMinute: number,
  bodyMiB: number,
  { timeout }: Host["app"],
): string {
  const { kept } = timeoutsOf(timeout);
  return `  # The balancer appends the client to X-Forwarded-For; what a client claims stands left of it and isn't believed.
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
${proxies.map((range) => `  set_real_ip_from ${range};\n`).join("")}
  # The web firewall limits an address across all servers; this holds at each, and within seconds.
  limit_req_zone $binary_remote_addr zone=address:10m rate=${requestsPerMinute}r/m;
  limit_req_status 429;
  limit_req_log_level warn;
  map $status $retry_after { 429 1; }

  client_max_body_size ${bodyMiB}m;
  # More than an ALB's 16 KiB a line and 64 KiB in all (ALB User Guide, "Quotas"), which adds its own: it is what refuses.
  large_client_header_buffers 8 20k;
  # Of silence, not of the whole: an upload may take hours. All outlive the balancer's idle timeout: it gives up on a
  # silent client first, with 408; and it closes kept connections first, or it would send on a closed one: 502.
  client_header_timeout ${kept}s;
  client_body_timeout ${kept}s;
  send_timeout ${kept}s;
  keepalive_timeout ${kept}s;
  keepalive_requests 100000;
`;
}

/** Mozilla's intermediate configuration 5.7, less the DHE ciphers, which need parameters of one's own. */
const TLS = `  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ${[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":")};
  ssl_prefer_server_ciphers off;
  ssl_ecdh_curve X25519:prime256v1:secp384r1;
  ssl_session_cache shared:tls:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;
`;

const GZIP = `  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_comp_level 5;
  gzip_min_length 1024;
  gzip_types application/javascript application/json application/manifest+json application/xml
    image/svg+xml text/css text/plain text/xml;
`;

/** What browsers are told where the app says nothing: one that is embedded, takes pictures or opens windows says so itself. */
const UNLESS_SET = {
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Cross-Origin-Opener-Policy": "same-origin",
};

const variableOf = (header: string) => header.toLowerCase().replaceAll("-", "_");

const OWN_HEADERS = Object.entries(UNLESS_SET)
  .map(([name, value]) => {
    const said = `$upstream_http_${variableOf(name)}`;
    return `  map ${said} $own_${variableOf(name)} { default ${said}; "" "${value}"; }\n`;
  })
  .join("");

/** On every answer, errors too (`always`). A location with an add_header of its own would lose them all: none has. */
function headers({ track, stickiness, app }: Told): string {
  const all = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    ...Object.fromEntries(Object.keys(UNLESS_SET).map((name) => [name, `$own_${variableOf(name)}`])),
    "x-track": track,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => [
    `    proxy_hide_header ${name};`,
    `    add_header ${name} "${value}" always;`,
  ]);
  // An address that is over its limit is served again within the second. A header without a value is not sent: other
  // answers have none, or the app's own.
  return [
    ...lines,
    `    proxy_hide_header ${USER_HEADER};`,
    "    add_header Retry-After $retry_after always;",
    ...(app.assets.length > 0 ? ["    add_header Cache-Control $kept_cache always;"] : []),
    ...cookieVariables({ stickiness }).map((each) => `    add_header Set-Cookie ${each} always;`),
    "",
  ].join("\n");
}

/**
 * The app may close a kept connection at the very moment at which nginx sends on it. nginx then repeats a read on a
 * new connection; a repeated write might be done twice. So only reads go on kept connections, and these are kept for
 * less time than any server waits by default (gunicorn 2 s, Node and uvicorn 5 s).
 */
const upstreams = (domain: string) => `  upstream kept {
    include machine/upstream.conf;
    keepalive 64;
    keepalive_requests 100000;
    keepalive_timeout 1s;
  }
  upstream fresh { include machine/upstream.conf; }
  map $request_method $pool { default fresh; GET kept; HEAD kept; OPTIONS kept; }
  # WebSockets, and nothing else that is asked for so: over HTTP/2 in clear (h2c) requests would pass unseen.
  map $http_upgrade $upgrade_header { default ""; "~*^websocket$" websocket; }
  map "$upgrade_header $pool" $connection_header { default ""; "~^websocket " upgrade; " fresh" close; }
  # As the client sent it, with its port: the app compares it with the page's origin. The balancer asks for /health by the
  # server's address, which an app refuses that answers to its own name alone.
  map $http_host $asked_host { default $http_host; "" $host; }
  map $uri $sent_host { default $asked_host; /health ${domain}; }
`;

function proxy({ timeout }: Host["app"]): string {
  const { app } = timeoutsOf(timeout);
  return `    proxy_http_version 1.1;
    proxy_set_header Upgrade $upgrade_header;
    proxy_set_header Connection $connection_header;
    proxy_set_header Host $sent_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host $sent_host;
    # Frameworks believe these too, and nobody before nginx sets them: a client's own stay outside.
${["Forwarded", "X-Forwarded-Prefix", "X-Forwarded-Scheme", "X-Forwarded-Server", "X-Forwarded-Ssl"]
  .map((name) => `    proxy_set_header ${name} "";`)
  .join("\n")}
    proxy_set_header X-Request-Id $request_id;
    proxy_connect_timeout 2s;
    # Below the balancer's: a slow app gets nginx's answer and its line in the log.
    proxy_send_timeout ${app}s;
    proxy_read_timeout ${app}s;
    # Each part of an answer goes out as it comes, an event of a stream too. A body comes in whole before the app is
    # asked: a slow client keeps no worker of the app busy.
    proxy_buffering off;
    # Room for an ALB's 32 KiB of an answer's headers (ALB User Guide, "Quotas"). The two below are unused and must fit it.
    proxy_buffer_size 36k;
    proxy_buffers 4 36k;
    proxy_busy_buffers_size 72k;
    proxy_next_upstream error;
`;
}

const SORRY =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Back in a moment</title>' +
  "<h1>Back in a moment</h1><p>The service is not answering. Please try again.</p></html>";
