import { paginateListServiceQuotas, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Graph } from "../../graph/model.ts";
import type { QuotaFacts } from "../checks/quotas.ts";
import { needsOf } from "../graph.ts";

/** The account's quotas in the region, by their names: what each stands at now. */
export async function readQuotas(graph: Graph, region: string): Promise<QuotaFacts[]> {
  const needs = needsOf(graph);
  const client = new ServiceQuotasClient(clientSettings(region));
  const found: { service: string; name: string; limit: number | undefined }[] = [];
  for (const ServiceCode of new Set(needs.map(({ service }) => service))) {
    for await (const { Quotas = [] } of paginateListServiceQuotas({ client, pageSize: 100 }, { ServiceCode }))
      for (const { QuotaName: name = "", Value: limit } of Quotas)
        found.push({ service: ServiceCode, name, limit });
  }
  // Some names go on with what isn't counted: "Rules per ... (excluding default rules)".
  const limitOf = ({ service, name }: { service: string; name: string }) =>
    found.find((quota) => quota.service === service && quota.name.startsWith(name))?.limit;
  return needs.map(({ service, name, need }) => ({ name, need, limit: limitOf({ service, name }) }));
}
