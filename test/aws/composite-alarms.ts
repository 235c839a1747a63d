import { type Answering, json } from "./front.ts";

export interface CompositeAlarm {
  AlarmName: string;
  AlarmRule: string;
  AlarmActions: string[];
}

/** API Reference, DescribeAlarms: moto has no composite alarms. These never ring. */
export function compositeAlarms(all: readonly CompositeAlarm[]): Answering {
  return async ({ name, body }, behind) => {
    if (name !== "DescribeAlarms") return undefined;
    const { AlarmTypes = ["MetricAlarm"], AlarmNames = [] } = JSON.parse(body);
    const { MetricAlarms } = JSON.parse(await behind(body));
    const asked = all.filter(({ AlarmName }) => AlarmNames.includes(AlarmName));
    return json({
      MetricAlarms: AlarmTypes.includes("MetricAlarm") ? MetricAlarms : [],
      CompositeAlarms: AlarmTypes.includes("CompositeAlarm")
        ? asked.map((each) => ({ ...each, ActionsEnabled: true, StateValue: "OK" }))
        : [],
    });
  };
}
