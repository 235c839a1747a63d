import { join } from "node:path";
import { byTurns, type Command, type Run } from "./measure.ts";
import { servicesProject, stackOf } from "./services-project.ts";

const COUNTS = [0, 1, 10, 100];

export interface Growth {
  runs: { services: number; resources: number; run: Run }[];
  /** p in `processor time ~ services^p` from 10 services to 100, less what none at all takes. 1 is linear. */
  exponent: number;
}

/** Captures a program with ever more services' worth of tracks, servers and balancers. */
export async function growthOf(root: string): Promise<Growth> {
  const folder = servicesProject(root, COUNTS);
  const commands = Object.fromEntries(
    COUNTS.map((count): [string, Command] => [
      stackOf(count),
      { args: [process.execPath, join(import.meta.dirname, "capture-size.ts"), folder, stackOf(count)] },
    ]),
  );
  const measured = await byTurns(3, commands);
  const runs = COUNTS.map((services) => {
    const run = measured[stackOf(services)]!;
    return { services, resources: JSON.parse(run.stdout).resources as number, run };
  });
  const [none, , ten, hundred] = runs.map(({ run }) => run.cpuMilliseconds) as [
    number,
    number,
    number,
    number,
  ];
  return { runs, exponent: Math.log10((hundred - none) / (ten - none)) };
}
