import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FurtherName } from "../settings/settled.ts";
import { aliasRecords } from "./aliases.ts";
import type { Balancer } from "./balancer.ts";
import { slug } from "./certificate.ts";
import { placesOf } from "./forward.ts";

export interface FurtherNamesArgs {
  /** Each with its zone's id. */
  names: (FurtherName & { zoneId: pulumi.Input<string> })[];
  balancer: Balancer;
  /** Where those go that redirect. */
  domain: string;
}

/** Before every other rule: who is to be elsewhere isn't asked which track he would test. */
const PLACES = { first: 1, span: 98 };

/** Names besides the domain that lead to the balancer. Some are served, some send their visitors to the domain. */
export class FurtherNames extends pulumi.ComponentResource {
  constructor(
    name: string,
    { names, balancer, domain }: FurtherNamesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rollout:infra:FurtherNames", name, {}, opts);
    const child = { parent: this };
    const after = { ...child, dependsOn: balancer.listener };
    const places = placesOf(
      names.filter(({ redirect }) => redirect).map((each) => each.name),
      PLACES.span,
    );
    for (const each of names) {
      const part = `${name}-${slug(each.name)}`;
      aliasRecords(part, { domain: each.name, zoneId: each.zoneId }, balancer, after);
      const place = places.get(each.name);
      if (place === undefined) continue;
      new aws.lb.ListenerRule(
        `${part}-redirect`,
        {
          listenerArn: balancer.listenerArn,
          priority: PLACES.first + place,
          conditions: [{ hostHeader: { values: [each.name] } }],
          actions: [
            {
              type: "redirect",
              redirect: { host: domain, port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
            },
          ],
        },
        child,
      );
    }
    this.registerOutputs({});
  }
}
