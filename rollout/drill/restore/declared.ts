import type { Settings } from "../../../infra/settings/settled.ts";
import { stackSettings } from "../../config/settings.ts";
import { captureGraph } from "../../graph/capture.ts";
import { backupPlan } from "../../platforms/rehearsal/plan/describe-backups.ts";

/** What a restore drill in AWS is held against: the program's word. */
export interface Declared extends Pick<Settings, "smoke" | "stable"> {
  /** When backups are due (see describe-backups.ts). */
  schedules: string[];
}

export async function declaredOf(projectDir: string, stack: string): Promise<Declared> {
  const { smoke, stable } = stackSettings(projectDir, stack);
  const graph = await captureGraph({ projectDir, stack });
  return { smoke, stable, schedules: backupPlan(graph)?.schedules ?? [] };
}
