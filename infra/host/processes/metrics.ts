/** The namespace of what a server counts of its processes, for alarms and the role's permission. */
export const PROCESS_METRICS = "Rollout/Processes";

/** What is counted, and by which dimensions besides Stack and Process. */
export const PROCESS_COUNTS = {
  /** A worker ended by itself and was started again. By track: it says whose version does so. */
  restarts: "ProcessRestarts",
  /** A job ended well. */
  done: "JobDone",
  /** A job ended with another exit code than 0, or took too long. */
  failed: "JobFailed",
} as const;
