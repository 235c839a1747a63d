import { APP_PORT, type Host, type HostFile, TLS_FOLDER } from "./host.ts";

/**
 * The servers' `nginx.conf`: nginx 1.22 (Debian 12) and 1.24 (Ubuntu 24.04) accept it.
 *
 * What belongs to one machine (paths, ports, addresses) is in four files under `machine/`, included by a path relative
 * to nginx.conf, so that the rehearsal runs this very text elsewhere.
 */
export function nginxConf({
  track,
  requestsPerMinute,
  bodyMiB,
}: Pick<Host, "track" | "requestsPerMinute" | "bodyMiB">): string {
  return `include machine/main.conf;
worker_processes auto;
# Open requests outlive a reload as long as the balancer drains (60 s).
worker_shutdown_timeout 60s;
events { worker_connections 4096; }

http {
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  tcp_nopush on;

${logging(track)}
${clients(requestsPerMinute, bodyMiB)}
${TLS}
${GZIP}
  include machine/http.conf;

  upstream app {
    include machine/upstream.conf;
    keepalive 64;
    keepalive_requests 100000;
    # Shorter than the app's own (Node closes after 5 s): nginx never sends on a connection that the app is closing.
    keepalive_timeout 4s;
  }

  server {
    include machine/listen.conf;
    server_name _;

${headers(track)}
${PROXY}
    location = /health {
      access_log off;
      proxy_pass http://app;
    }
    location / {
      limit_req zone=address burst=${burst(requestsPerMinute)} nodelay;
      proxy_pass http://app;
    }

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

/** The four included files on a real server. */
export function machineFiles({ vpcCidr }: Pick<Host, "vpcCidr">): HostFile[] {
  const files = {
    main: `user www-data;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
worker_rlimit_nofile 16384;
`,
    http: `access_log /var/log/nginx/access.log track;
set_real_ip_from ${vpcCidr};
`,
    listen: `listen 443 ssl http2;
ssl_certificate ${TLS_FOLDER}/host.crt;
ssl_certificate_key ${TLS_FOLDER}/host.key;
`,
    upstream: `server 127.0.0.1:${APP_PORT};
`,
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

/** One JSON object a line. Without the query string, where tokens and personal data end up. */
function logging(track: string): string {
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
    seconds: "$request_time",
    app_seconds: '"$upstream_response_time"',
    protocol: '"$server_protocol"',
    agent: '"$http_user_agent"',
  };
  const line = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return `  map $request_uri $path { "~^(?<bare>[^?]*)" $bare; }
  # A connection that ends before its answer has status 000, which JSON doesn't take for a number.
  map $status $status_number { default $status; 000 0; }
  log_format track escape=json '{${line.join(",")}}';
`;
}

function clients(requestsPerMinute: number, bodyMiB: number): string {
  return `  # The balancer appends the client to X-Forwarded-For; what a client claims stands left of it and isn't believed.
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;

  # The web firewall limits an address across all servers; this holds at each, and within seconds.
  limit_req_zone $binary_remote_addr zone=address:10m rate=${requestsPerMinute}r/m;
  limit_req_status 429;
  limit_req_log_level warn;
  map $status $retry_after { 429 1; }

  client_max_body_size ${bodyMiB}m;
  client_body_timeout 30s;
  large_client_header_buffers 4 16k;
  # Both outlive the balancer's idle timeout (60 s): it closes first, or it would send on a closed connection: 502.
  client_header_timeout 75s;
  keepalive_timeout 75s;
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

/** On every answer, errors too (`always`). A location with an add_header of its own would lose them all: none has. */
function headers(track: string): string {
  const all = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "x-track": track,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => [
    `    proxy_hide_header ${name};`,
    `    add_header ${name} "${value}" always;`,
  ]);
  // An address that is over its limit is served again within the second. A header without a value is not sent: other
  // answers have none, or the app's own.
  return `${lines.join("\n")}\n    add_header Retry-After $retry_after always;\n`;
}

const PROXY = `    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Request-Id $request_id;
    proxy_connect_timeout 2s;
    # Below the balancer's 60 s: a slow app gets nginx's answer and its line in the log.
    proxy_send_timeout 55s;
    proxy_read_timeout 55s;
    # A kept connection that the app closed meanwhile: a read goes out again on a fresh one, a POST never does.
    proxy_next_upstream error;
`;

const SORRY =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Back in a moment</title>' +
  "<h1>Back in a moment</h1><p>The service is not answering. Please try again.</p></html>";
