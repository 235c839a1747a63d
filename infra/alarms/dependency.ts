import { alarm, type Metric, type Scope, shareInPercent } from "./alarm.ts";

const THRESHOLDS = {
  maxFailedInPercent: 10,
  /** Below this many requests in a period a share says nothing. */
  minAsked: 20,
  maxOpenInMinutes: 3,
};

/**
 * A service of others that the app asks: what the app's log says of it, in CloudWatch's embedded metric format
 * (app/dependency-counts.ts), added up over all servers. The app goes on without it, so nobody is woken.
 *
 * @param name as in `rollout:app.dependencies`
 */
export function dependencyAlarms(scope: Scope, stack: string, name: string) {
  const { maxFailedInPercent, minAsked, maxOpenInMinutes } = THRESHOLDS;
  const of = (metric: string, statistic: string): Metric => ({
    namespace: "Rollout/App",
    name: metric,
    statistic,
    dimensions: { Stack: stack, Dependency: name },
  });
  const act = `See ${name}'s own status page and the app's log for the reason; users are served without it meanwhile.`;

  alarm(scope, `dependency-${name}-failed`, {
    severity: "P3",
    means: `More than ${maxFailedInPercent} % of the requests that need ${name} went without it, of at least ${minAsked} in 5 min.`,
    act,
    watch: shareInPercent(of("DependencyFailed", "Sum"), of("DependencyAsked", "Sum"), {
      minWhole: minAsked,
    }),
    breach: { above: maxFailedInPercent },
    periodInSeconds: 300,
    periods: 1,
    missing: { as: "notBreaching", because: "no request needed it" },
  });
  alarm(scope, `dependency-${name}-open`, {
    severity: "P3",
    means: `A server has left ${name} alone for ${maxOpenInMinutes} min, because it failed, took too long or asked for it (429).`,
    act,
    watch: of("DependencyOpen", "Maximum"),
    breach: { atLeast: 1 },
    periodInSeconds: 60,
    periods: maxOpenInMinutes,
    missing: { as: "notBreaching", because: "no request needed it" },
  });
}
