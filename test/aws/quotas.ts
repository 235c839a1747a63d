import { type Answer, type Call, json } from "./front.ts";

/** AWS General Reference, "Endpoints and quotas": what an account has unless it asked for more. For EC2 it did. */
const QUOTAS: Record<string, Record<string, number>> = {
  ec2: { "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances": 64 },
  elasticloadbalancing: {
    "Target Groups per Region": 3000,
    "Rules per Application Load Balancer (excluding default rules)": 100,
    "Application Load Balancers per Region": 50,
  },
};

/** Service Quotas API, ListServiceQuotas, which moto lacks. */
export function quotas({ name, body }: Call): Answer | undefined {
  if (name !== "ListServiceQuotas") return undefined;
  const { ServiceCode } = JSON.parse(body);
  const Quotas = Object.entries(QUOTAS[ServiceCode] ?? {}).map(([QuotaName, Value]) => ({
    QuotaName,
    Value,
    ServiceCode,
  }));
  return json({ Quotas });
}
