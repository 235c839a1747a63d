import type { Inputs } from "./inputs.ts";
import type { RedirectModel } from "./model.ts";

/** Whether a listener's rule sends its clients elsewhere. */
export function redirects(rule: Inputs): boolean {
  return rule.at("actions").list()[0]?.at("type").text() === "redirect";
}

/** A rule that sends those who ask for some names to another one, over HTTPS and to the same path. */
export function redirectsOf(rule: Inputs): RedirectModel[] {
  const [action = rule.at("actions").fail("must be a redirect")] = rule.at("actions").list();
  action.at("redirect.protocol").oneOf(["HTTPS"]);
  action.at("redirect.port").oneOf(["443"]);
  for (const kept of ["path", "query"] as const) {
    const same = kept === "path" ? "/#{path}" : "#{query}";
    if (action.at(`redirect.${kept}`).text(same) !== same)
      action.at(`redirect.${kept}`).cannotPlay(`keeps the ${kept} in a redirect`);
  }
  const to = action.at("redirect.host").text();
  return namesIn(rule).map((from) => ({ from, to, status: statusOf(action) }));
}

export function statusOf(action: Inputs): 301 | 302 {
  return action.at("redirect.statusCode").oneOf(["HTTP_301", "HTTP_302"]) === "HTTP_301" ? 301 : 302;
}

function namesIn(rule: Inputs): string[] {
  return rule
    .at("conditions")
    .list()
    .flatMap((condition) => {
      const [kind, other] = condition.keys();
      if (kind !== "hostHeader" || other) condition.cannotPlay("plays conditions on hostHeader");
      return condition
        .at("hostHeader.values")
        .list()
        .map((value) => (/^[a-z0-9.-]+$/.test(value.text()) ? value.text() : value.fail("must be a name")));
    });
}
