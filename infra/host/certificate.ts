import { dirname } from "node:path/posix";
import { type Host, type HostFile, TLS_FOLDER } from "./host.ts";
import { sandbox } from "./units/sandbox.ts";

/**
 * The server's own certificate, for the way from the balancer to it. The balancer doesn't check it (Elastic Load
 * Balancing User Guide, "Target groups": targets' certificates aren't validated), so it is self-signed, made on the
 * server so that its key never travels, and made anew by a timer ten days before it ends.
 */
export function certificateFiles({ domain }: Pick<Host, "domain">): HostFile[] {
  return [
    {
      path: "/usr/local/sbin/rollout-certificate",
      permissions: "0755",
      content: `#!/bin/bash
set -euo pipefail
umask 077
tls=\${ROLLOUT_TLS:-${TLS_FOLDER}}
if openssl x509 -in "$tls/host.crt" -noout -checkend 864000 >/dev/null 2>&1; then exit 0; fi
mkdir -p "$tls"
# A fixed subject: a certificate's common name ends at 64 characters, a host name at 253.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=rollout-server \\
  -addext 'subjectAltName=DNS:${domain}' -keyout "$tls/host.key.new" -out "$tls/host.crt.new" 2>/dev/null
mv "$tls/host.key.new" "$tls/host.key"
mv "$tls/host.crt.new" "$tls/host.crt"
if systemctl is-active --quiet nginx; then systemctl reload nginx; fi
`,
    },
    {
      path: "/etc/systemd/system/rollout-certificate.service",
      content: `[Unit]
Description=Make the server's certificate when it is missing or about to end
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/rollout-certificate
# systemd asks who reloads units for this capability.
${sandbox({ capabilities: ["CAP_SYS_ADMIN"], writes: [dirname(TLS_FOLDER)] })}`,
    },
    {
      path: "/etc/systemd/system/rollout-certificate.timer",
      content: `[Unit]
Description=Look at the server's certificate every day
[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true
[Install]
WantedBy=timers.target
`,
    },
  ];
}
