/**
 * The difference between two states of a stack, as every renderer reads it. All text in it is fit to be shown: secrets
 * have left it before it was built.
 */
export interface Preview {
  /** The version of this format. */
  version: 1;
  /** What it is compared with: a git revision as it was given, or the engine. */
  base: string;
  /** Who says what a change leads to: our reading of the program, or Pulumi's engine. */
  verdicts: "graph" | "engine";
  stacks: StackPreview[];
  /** Stacks that can't be compared, and why. */
  problems: Problem[];
  /** What limits the comparison of all stacks, a sentence or two each. */
  notes: string[];
}

export interface Problem {
  stack: string;
  message: string;
}

export interface StackPreview {
  stack: string;
  /** It isn't there yet: all of it is made. */
  isNew?: true;
  /** Worst first. */
  dangers: Danger[];
  /** Rules of infra/policy/ that the change breaks, one sentence each, and waivers that have ended. */
  policies: string[];
  /** What the specification can't tell of something that holds data. */
  doubts: Doubt[];
  traffic: Traffic;
  /** Feature flags that other people have than before, by key. */
  flags: AudienceChange[];
  /** What changes, in the order of the resources' names. */
  changes: Change[];
  topology: Topology;
  /** How many resources stay as they are; null: unknown, since the engine's preview failed before its end. */
  unchanged: number | null;
  cost: CostDifference;
}

/** `critical` loses data, lets somebody in or leaves users without servers; `warning` makes that likelier. */
export type DangerSeverity = "critical" | "warning";

export interface Danger {
  severity: DangerSeverity;
  kind: string;
  /** What happens, as a sentence without a full stop. */
  title: string;
  /** The resources' names. */
  resources: string[];
  /** The property, dotted; empty when it is the whole resource. */
  property: string;
  before: string;
  after: string;
  why: string;
  /** What to do about it. */
  advice: string;
}

export interface Doubt {
  resource: string;
  property: string;
  /** `maybe`: under conditions; `unknown`: the specification has no such property. */
  replaces: "maybe" | "unknown";
  because: string;
}

export type Kind = "create" | "update" | "replace" | "delete";

/** Whether a change of a property makes a new resource in place of the old. */
export type Replaces = "yes" | "maybe" | "no" | "unknown";

export interface Change {
  kind: Kind;
  urn: string;
  type: string;
  name: string;
  /** The name and type of the component that it belongs to: `beta`, `Database`. */
  component: string;
  properties: PropertyChange[];
}

export interface PropertyChange {
  /** Dotted; an element of a list by its own name where it has one: `rules[every-6-hours].schedule`. */
  path: string;
  /** Absent: undefined. */
  before?: string;
  after?: string;
  /** Of a long text of which a few words differ, which are the sides: the whole of it, after. */
  whole?: string;
  replaces: Replaces;
  /** For a change that follows from another resource's: that resource's name. */
  follows?: string;
  /** What it does to users besides, in words. */
  effect?: string;
}

export interface AudienceChange {
  key: string;
  /** The resource that holds all flags. */
  resource: string;
  /** Who has it: `nobody`, `everybody`, `group admin; 10 % of tenants`. */
  before: string;
  after: string;
  /** Whom it is new to, and who no longer has it; absent: nobody. */
  gets?: string;
  loses?: string;
}

export interface Traffic {
  tracks: { name: string; before: number; after: number }[];
  maintenance: { before: boolean; after: boolean };
  /** The track without weight that keeps its sessions. */
  draining: { before: string | undefined; after: string | undefined };
  /** Those whose rules change. */
  cohorts: { name: string; before?: LedTo; after?: LedTo }[];
}

/** Whom a cohort's rule leads where; none where the cohort is closed. */
export interface LedTo {
  track: string;
  /** In words. */
  who: string;
}

/** What is touched and how it hangs together: an edge points from what needs to what is needed. */
export interface Topology {
  nodes: { id: string; label: string; component: string; kind: Kind }[];
  edges: { from: string; to: string }[];
}

/** What one rollout costs that runs its plan to the end. */
export interface RolloutCost {
  servers: number;
  hours: number;
  /** Undefined: the price table doesn't have the instance type. */
  usd: number | undefined;
}

export interface CostDifference {
  /** The sum of what the price table knows, in US dollars a month. */
  beforeUsd: number;
  afterUsd: number;
  /** What changes in it; null: it isn't in the price table. */
  lines: { resource: string; what: string; beforeUsd: number | null; afterUsd: number | null }[];
  /** Types with a resource that the price table doesn't know. */
  unknown: string[];
  source: string;
  /** What one rollout costs; absent: unknown. */
  rollout?: { before?: RolloutCost; after: RolloutCost };
}
