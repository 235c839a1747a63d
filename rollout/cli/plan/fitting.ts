import type { StepPower } from "../../run/gates/detectable.ts";

const HALF_HOUR = 1800;

/** Whether a candidate that is well meets the deadline before the gates have decided. */
export function isShort({ passes, mostSeconds }: StepPower): boolean {
  return passes === undefined || passes > mostSeconds;
}

/**
 * Steps of the same weights that decide at this traffic, as lines for the stack's config: a bake that half of all rollouts pass at once, and as
 * long again for the others. None where a step would take more than a day.
 */
export function fittingLines(steps: readonly StepPower[]): string[] {
  const lines: string[] = [];
  for (const step of steps) {
    const { weight, bakeSeconds, passes } = step;
    if (passes === undefined) return [];
    const bake = isShort(step) ? Math.ceil(passes / HALF_HOUR) * HALF_HOUR : bakeSeconds;
    lines.push(`    - { weight: ${weight}, bake: ${text(bake)} }`);
  }
  return [
    "These steps decide at this traffic:",
    "  rollout:plan:",
    "    steps:",
    ...lines.map((line) => `  ${line}`),
  ];
}

function text(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
