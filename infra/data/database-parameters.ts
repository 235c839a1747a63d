/** One setting of a DB parameter group. `pending-reboot` marks those that PostgreSQL reads only when it starts. */
export interface DatabaseParameter {
  name: string;
  value: string;
  applyMethod: "immediate" | "pending-reboot";
}

const IMMEDIATE: Record<string, string> = {
  // Clients without TLS are refused.
  "rds.force_ssl": "1",
  // A connection that holds locks and does nothing for a minute is cut off.
  idle_in_transaction_session_timeout: "60000",
  log_connections: "1",
  log_disconnections: "1",
  log_lock_waits: "1",
  // Milliseconds: the latency that the service promises for a whole request.
  log_min_duration_statement: "500",
  // Statements are logged without their values: these are personal data, at times secrets.
  log_parameter_max_length: "0",
  // KiB: a sort or hash that spills more than this to disk.
  log_temp_files: "10240",
  track_io_timing: "1",
};

const AT_START: Record<string, string> = {
  // A server of the next major version can follow this one (docs/upgrade-database.md). Switched on later it would cost a restart.
  "rds.logical_replication": "1",
  shared_preload_libraries: "pg_stat_statements",
  // When each row was committed: what a restored copy must hold, and which rows a bad hour wrote.
  track_commit_timestamp: "1",
};

/** Sorted by name, so that a new setting doesn't move the others in a preview. */
export function parameters(): DatabaseParameter[] {
  const of = (values: Record<string, string>, applyMethod: DatabaseParameter["applyMethod"]) =>
    Object.entries(values).map(([name, value]) => ({ name, value, applyMethod }));
  return [...of(IMMEDIATE, "immediate"), ...of(AT_START, "pending-reboot")].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}
