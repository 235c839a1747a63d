import { type Answer, type Call, json, xml } from "./front.ts";

/** AWS General Reference, "Endpoints and quotas": what an account has unless it asked for more. For EC2 it did. */
const QUOTAS: Record<string, Record<string, number>> = {
  ec2: { "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances": 64 },
  elasticloadbalancing: {
    "Target Groups per Region": 3000,
    "Rules per Application Load Balancer (excluding default rules)": 100,
    "Application Load Balancers per Region": 50,
  },
};

/** What moto lacks of an account: Service Quotas API, ListServiceQuotas; and that it is out of SNS's sandbox. */
export function quotas({ name, body }: Call): Answer | undefined {
  if (name === "GetSMSSandboxAccountStatus") return xml(name, "<IsInSandbox>false</IsInSandbox>");
  if (name !== "ListServiceQuotas") return undefined;
  const { ServiceCode } = JSON.parse(body);
  const Quotas = Object.entries(QUOTAS[ServiceCode] ?? {}).map(([QuotaName, Value]) => ({
    QuotaName,
    Value,
    ServiceCode,
  }));
  return json({ Quotas });
}
