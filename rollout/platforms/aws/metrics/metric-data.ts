import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { entry, nth } from "../../../../infra/sure.ts";
import { UserError } from "../../../errors.ts";

/** A query's values, by its id and then by the first second of the period (since the epoch). */
export type MetricData = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * All pages of GetMetricData.
 *
 * @param from in seconds since the epoch, inclusive
 * @param through in seconds since the epoch, exclusive
 * @throws {UserError} when AWS has no full answer: a part would look like fewer errors
 */
export async function readMetricData(
  client: CloudWatchClient,
  queries: MetricDataQuery[],
  from: number,
  through: number,
): Promise<MetricData> {
  const data = new Map(queries.map(({ Id = "" }) => [Id, new Map<number, number>()]));
  let token: string | undefined;
  do {
    const answer = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(from * 1000),
        EndTime: new Date(through * 1000),
        ScanBy: "TimestampAscending",
        NextToken: token,
      }),
    );
    token = answer.NextToken;
    for (const { Id, Timestamps = [], Values = [], StatusCode, Messages = [] } of answer.MetricDataResults ??
      []) {
      // PartialData with a token: the rest comes on the next page.
      if (StatusCode !== "Complete" && !(StatusCode === "PartialData" && token)) {
        const why = Messages.map((message) => message.Value).join("; ");
        throw new UserError(`CloudWatch answers ${StatusCode} for ${Id}${why && `: ${why}`}`);
      }
      Timestamps.forEach((at, index) => {
        entry(data, Id).set(at.getTime() / 1000, nth(Values, index));
      });
    }
  } while (token);
  return data;
}
