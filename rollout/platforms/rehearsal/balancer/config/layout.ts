import { join } from "node:path";

/** Where the balancer's files are. */
export interface BalancerLayout {
  folder: string;
  /** The HAProxy program. */
  program: string;
  configFile: string;
  /** Health and draining of the servers, handed over by a reload. */
  serversFile: string;
  /** The model and setup that the files were written from. */
  recordFile: string;
  /** HAProxy's runtime API. */
  socket: string;
  /** The master process, which takes `reload`. */
  masterSocket: string;
}

/** @param folder the balancer's own, such as `.rehearsal/beta/haproxy`, absolute and not too long for a socket */
export function balancerLayout(folder: string, program = "haproxy"): BalancerLayout {
  return {
    folder,
    program,
    configFile: join(folder, "haproxy.cfg"),
    serversFile: join(folder, "servers.state"),
    recordFile: join(folder, "balancer.json"),
    socket: join(folder, "stats.sock"),
    masterSocket: join(folder, "master.sock"),
  };
}

/**
 * What to run, in the foreground. The master keeps its process id through reloads.
 * SIGUSR1 ends it when the requests at hand are answered, SIGTERM at once.
 */
export function balancerCommand(layout: BalancerLayout): string[] {
  return [layout.program, "-W", "-S", `${layout.masterSocket},mode,600`, ...filesOf(layout)];
}

/** Checks the files and ends: exit 0 when HAProxy takes them. */
export function checkCommand(layout: BalancerLayout): string[] {
  return [layout.program, "-c", ...filesOf(layout)];
}

/** In the folder itself, so that the maps have plain names wherever the project is. */
function filesOf({ folder, configFile }: BalancerLayout): string[] {
  return ["-C", folder, "-f", configFile];
}
