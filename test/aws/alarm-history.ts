import { type Answering, json } from "./front.ts";

interface Change {
  AlarmName: string;
  Timestamp: number;
  HistoryItemType: string;
  HistoryData: string;
}

/**
 * API Reference, DescribeAlarmHistory, which moto lacks: each state that was set, by the clock of who set it. Every alarm
 * begins OK.
 */
export function alarmHistory(): Answering {
  const states = new Map<string, string>();
  const changes: Change[] = [];
  return ({ name, body, at }) => {
    if (name === "SetAlarmState") {
      const { AlarmName, StateValue } = JSON.parse(body);
      changes.push(changeOf(AlarmName, states.get(AlarmName) ?? "OK", StateValue, at));
      states.set(AlarmName, StateValue);
    }
    if (name !== "DescribeAlarmHistory") return undefined;
    const { StartDate, EndDate } = JSON.parse(body);
    return json({
      AlarmHistoryItems: changes.filter(({ Timestamp }) => Timestamp >= StartDate && Timestamp <= EndDate),
    });
  };
}

/** In seconds since the epoch, as the protocol has times. */
function changeOf(AlarmName: string, from: string, to: string, at: number): Change {
  const HistoryData = JSON.stringify({ oldState: { stateValue: from }, newState: { stateValue: to } });
  return { AlarmName, Timestamp: at / 1000, HistoryItemType: "StateUpdate", HistoryData };
}
