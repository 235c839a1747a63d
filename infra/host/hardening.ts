import { CREDENTIALS, FLAGS_AGENT } from "./environment.ts";
import type { Host, HostFile } from "./host.ts";

/**
 * Security updates by themselves. A new kernel comes with the server's replacement (see `maxInstanceLifetime` in
 * track.ts), never by a reboot: all servers of a track would reboot in the same hour.
 *
 * Source: Ubuntu Server documentation, "Automatic updates".
 */
export function upgrades(): HostFile {
  return {
    path: "/etc/apt/apt.conf.d/52rollout",
    content: `APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::Remove-Unused-Dependencies "true";
`,
  };
}

/**
 * The commands that close the server to all but the balancer's network, behind the security group that does so already.
 * ssh is the security group's to open (`operators.sshFrom`); here it is only slowed down for whoever guesses.
 */
export function firewallCommands({
  vpcCidr,
  flags,
  access,
}: Pick<Host, "vpcCidr" | "flags" | "access">): string[] {
  return [
    "ufw default deny incoming",
    "ufw default allow outgoing",
    `ufw allow proto tcp from ${vpcCidr} to any port 443`,
    "ufw limit 22/tcp",
    // From the app's container to the agent, and from nowhere else: packets of containers come in on docker0.
    ...(flags ? [`ufw allow in on docker0 proto tcp to any port ${FLAGS_AGENT.port}`] : []),
    ...(access ? [`ufw allow in on docker0 proto tcp to ${CREDENTIALS.host} port ${CREDENTIALS.port}`] : []),
    "ufw --force enable",
  ];
}
