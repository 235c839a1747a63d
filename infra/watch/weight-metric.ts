/**
 * Where the tracks' weights are told to CloudWatch while a rollout is under way: `Weight` in percent with the dimensions `Stack` and
 * `Track`, at each step and each minute. A dashboard's vertical lines are fixed times in its body (CloudWatch API Reference,
 * "Dashboard body structure and syntax"), which is the stack's: a line that moves by itself is a metric.
 */
export const WEIGHT_METRIC = { namespace: "Rollout/Weights", name: "Weight" } as const;
