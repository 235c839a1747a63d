import { expect, test } from "vitest";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { breaches } from "../../../rollout/alarms/evaluate.ts";
import { resultOf } from "../../../rollout/alarms/expression.ts";
import { figuresFor } from "../../../rollout/drill/alarms/feed.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const graph = await shippedGraph("beta");
const alarms = alarmsOf(graph).alarms.filter((alarm) => alarm.kind === "metric");

test.each([true, false])("figures that breach: %s, for every alarm", (breaching) => {
  for (const alarm of alarms) {
    const figures = figuresFor(alarm, breaching);
    const { watch } = alarm;
    const ids = "text" in watch ? Object.keys(watch.queries) : [];
    const value =
      "text" in watch
        ? resultOf(watch.expression, (id) => figures[ids.indexOf(id)]?.value)
        : figures[0]?.value;
    expect(breaches(alarm, value!), alarm.name).toBe(breaching);
  }
});
