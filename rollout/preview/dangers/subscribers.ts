import { first, upTo } from "../../../infra/sure.ts";
import type { Graph } from "../../graph/model.ts";
import { nameOf, ofType } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import { TYPES } from "../../graph/types.ts";
import type { Danger } from "../model.ts";
import { shown } from "../shown.ts";
import { listed } from "../text.ts";
import { type DangerCheck, danger } from "./danger.ts";

/** Who hears of a topic: `email ops@example.com`. */
type Ears = Set<string>;

/**
 * Topics that something speaks to (alarms, events, the budget, the vault) and nobody listens to any more, only on fewer
 * channels, or only people who haven't said yet that they do. One danger for all topics of which the same is true.
 */
export const nobodyHears: DangerCheck = ({ before, after }) => {
  const [old, now] = [earsOf(before), earsOf(after)];
  const spokenTo = new Set(
    after.resources
      .filter(({ type }) => !/^aws:sns\//.test(type))
      .flatMap(({ inputs }) => Object.values(inputs).flatMap(referencesIn))
      .map(({ urn }) => urn),
  );
  const found = [...old].flatMap(([topic, was]) => {
    const is = now.get(topic) ?? new Set<string>();
    const what = spokenTo.has(topic) ? silence(was, is) : undefined;
    return what === undefined ? [] : [{ name: nameOf(topic), was, is, what }];
  });
  return [...Map.groupBy(found, ({ what }) => what).values()].map((topics) =>
    unheard(
      topics.map(({ name }) => name).toSorted(),
      union(topics.map(({ was }) => was)),
      union(topics.map(({ is }) => is)),
      first(topics).what,
    ),
  );
};

type Silence = "nobody" | "unconfirmed" | `fewer: ${string}`;

/**
 * An address of e-mail hears nothing until its owner has confirmed, a telephone hears at once (SNS API Reference,
 * Subscribe: "the endpoint owner must run the ConfirmSubscription action"; the token is good for two days).
 */
function silence(was: Ears, is: Ears): Silence | undefined {
  if (is.size === 0) return "nobody";
  const [old, now] = [channels(was), channels(is)];
  const gone = [...old].filter((channel) => !now.has(channel));
  if (gone.length > 0) return `fewer: ${gone.toSorted().join(", ")}`;
  const sure = [...is].some((each) => was.has(each) || !each.startsWith("email "));
  return sure ? undefined : "unconfirmed";
}

function unheard(topics: string[], was: Ears, is: Ears, what: Silence): Danger {
  const have = topics.length === 1 ? "has" : "have";
  const tell = topics.length === 1 ? "tells" : "tell";
  const title = {
    nobody: `${have} nobody left to tell`,
    unconfirmed: `${tell} only people who haven't confirmed that they want to hear`,
    fewer: `no longer ${tell} anyone by ${what.replace("fewer: ", "")}`,
  };
  const isFewer = what.startsWith("fewer");
  return danger({
    severity: isFewer ? "warning" : "critical",
    kind: "alarm-loosened",
    title: `${listed(topics)} ${title[isFewer ? "fewer" : (what as "nobody" | "unconfirmed")]}`,
    resources: topics,
    property: "subscriptions",
    before: [...was].toSorted().join(", "),
    after: [...is].toSorted().join(", ") || "none",
    why: isFewer
      ? "Users notice before you do."
      : what === "nobody"
        ? "Nobody hears of what is watched until users complain."
        : "Until each has followed the link in AWS's mail, which is good for two days, every alarm is lost.",
    advice:
      what === "unconfirmed"
        ? "Add the new address beside the old one, let it be confirmed (`rollout check` says who has), then take the old one away."
        : "Keep somebody on each channel, and say in the pull request what now covers this.",
  });
}

function earsOf(graph: Graph): Map<string, Ears> {
  const ears = new Map<string, Ears>();
  for (const { inputs } of ofType(graph, TYPES.subscription)) {
    const topic = referencesIn(inputs.topic)[0]?.urn;
    if (topic)
      ears.set(topic, (ears.get(topic) ?? new Set()).add(`${inputs.protocol} ${shown(inputs.endpoint)}`));
  }
  return ears;
}

function channels(ears: Ears): Set<string> {
  return new Set([...ears].map((each) => upTo(each, " ")));
}

function union(all: Ears[]): Ears {
  return new Set(all.flatMap((each) => [...each]));
}
