import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerRecord } from "../../../platforms/rehearsal/machine/state.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";
import { Between, type Trouble } from "./between.ts";

let standing: { server: ServerRecord; between: Between }[] = [];

/** Between nginx and each app: any app's answers can be spoilt so. */
export const errors: Fault = {
  name: "every request is answered 500",
  moves: ["AWS/ApplicationELB HTTPCode_Target_5XX_Count"],
  inject: (stage) => stand(stage, { status: 500 }),
  mend: (stage) => stepAside(stage),
};

export const latency: Fault = {
  name: "every answer takes 800 ms",
  moves: ["AWS/ApplicationELB TargetResponseTime"],
  inject: (stage) => stand(stage, { delayMs: 800 }),
  mend: (stage) => stepAside(stage),
};

async function stand(stage: AlarmStage, trouble: Trouble): Promise<void> {
  for (const server of stage.room.ledger.state.servers) {
    const between = await Between.open(server.appPort, stage.users.healthPath, trouble);
    standing.push({ server, between });
    // Should this process die, nginx goes back to the app by itself: nobody listens in between any more.
    direct(stage, server, `server 127.0.0.1:${between.port};\nserver 127.0.0.1:${server.appPort} backup;\n`);
  }
}

async function stepAside(stage: AlarmStage): Promise<void> {
  const gone = standing;
  standing = [];
  for (const { server } of gone) direct(stage, server, `server 127.0.0.1:${server.appPort};\n`);
  await Promise.all(gone.map(({ between }) => between.close()));
}

/** Whom a server's nginx asks (server-files.ts); it takes it over without losing a request. */
function direct(stage: AlarmStage, server: ServerRecord, upstream: string): void {
  const { folder } = stage.room.ledger.place;
  writeFileSync(join(folder, "servers", server.id, "nginx", "machine", "upstream.conf"), upstream);
  const nginx = stage.pid(keysOf(server).nginx);
  if (nginx !== undefined) process.kill(nginx, "SIGHUP");
}
