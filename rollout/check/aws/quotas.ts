import { paginateListServiceQuotas, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { Graph } from "../../graph/model.ts";
import { clientSettings } from "../../platforms/aws/client.ts";
import type { QuotaFacts } from "../checks/quotas.ts";
import { needsOf } from "../graph.ts";

/** The account's quotas in the region, by their names: what each stands at now. */
export async function readQuotas(graph: Graph, region: string): Promise<QuotaFacts[]> {
  const needs = needsOf(graph);
  const client = new ServiceQuotasClient(clientSettings(region));
  const limits = new Map<string, number | undefined>();
  for (const ServiceCode of new Set(needs.map(({ service }) => service))) {
    for await (const { Quotas = [] } of paginateListServiceQuotas({ client, pageSize: 100 }, { ServiceCode }))
      for (const { QuotaName = "", Value } of Quotas) limits.set(`${ServiceCode} ${QuotaName}`, Value);
  }
  return needs.map(({ service, name, need }) => ({ name, need, limit: limits.get(`${service} ${name}`) }));
}
