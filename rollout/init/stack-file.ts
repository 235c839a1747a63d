import { EDITOR_SCHEMA } from "../../infra/settings/pages/editor-schema.ts";
import { type Answers, domainOf, isLast } from "./answers.ts";
import type { Found } from "./found/found.ts";

/** `Pulumi.<stack>.yaml` of a new project, with a word on each key that a team is likely to change. */
export function stackFile(stack: string, answers: Answers, found: Found): string {
  const last = isLast(answers, stack);
  const { region, without, told } = answers;
  const servers = last ? 2 : 1;
  const track = (weight: number) => `{ ${sourceOf(answers)}weight: ${weight}, servers: ${servers} }`;
  const lines = [
    `# yaml-language-server: $schema=node_modules/rollout-stack/dist/${EDITOR_SCHEMA}`,
    `# The ${stack} stack. \`pulumi up -s ${stack}\` applies it; \`bin/rehearse ${stack}\` runs it here.`,
    "# Each key, its meaning and default: node_modules/rollout-stack/docs/config.md",
    "config:",
    `  aws:region: ${region}`,
    `  rollout:tier: ${last ? "prod # survives the loss of a zone" : "beta # cheap, one server a track; prod: as strong as the last stack"}`,
    `  rollout:domain: ${domainOf(answers, stack)}`,
    `  rollout:zone: ${zoneOf(answers.domain)} # the hosted zone in Route 53`,
    "  rollout:tracks: # the traffic weights live here and only here",
    `    blue: ${track(100)}`,
    ...(without.includes("candidate") ? [] : [`    green: ${track(0)} # where the next version comes`]),
    "  rollout:stable: blue # what a rollback returns to",
    `  rollout:network: { cidr: 10.${20 + 10 * answers.stacks.indexOf(stack)}.0.0/16 }`,
    ...(without.includes("cache") ? ["  rollout:cache: none # no Redis, no REDIS_URL"] : []),
    ...(without.includes("web-firewall") ? ["  rollout:webFirewall: none # no AWS WAF"] : []),
    `  rollout:operators: { email: ${JSON.stringify(told)} } # who is told of alarms`,
    "  rollout:app:",
    `    name: ${JSON.stringify(answers.name)}`,
    ...(found.port ? [`    port: ${found.port.is} # by ${found.port.by}`] : []),
    `    healthPath: ${answers.healthPath} # answers 200 when the app can serve`,
    ...(found.migrate
      ? [
          `    migrate: ${JSON.stringify(found.migrate.words)} # ${found.migrate.by}; before a version's first server`,
        ]
      : []),
    ...(found.assets ? [`    assets: [{ path: ${found.assets.path}, folder: ${found.assets.folder} }]`] : []),
    ...rehearsal(answers, found),
  ];
  return `${lines.join("\n")}\n`;
}

/** A domain of two labels is a zone itself; another is in its parent's. */
function zoneOf(domain: string): string {
  const labels = domain.split(".");
  return labels.length > 2 ? labels.slice(1).join(".") : domain;
}

function sourceOf({ image, folder }: Answers): string {
  return image === undefined ? `build: ${JSON.stringify(folder)}, ` : `image: ${JSON.stringify(image)}, `;
}

/** What the rehearsal starts in place of the container. */
function rehearsal({ folder }: Answers, { command }: Found): string[] {
  if (folder === undefined) {
    return [
      "  # rollout:rehearsal: # how the image's app starts on this machine, where no container runs",
      "  #   folder: ../app",
      '  #   command: [python, -m, app, --host, "{host}", --port, "{port}"]',
    ];
  }
  return [
    "  rollout:rehearsal: # how it starts on this machine, where no container runs",
    `    folder: ${JSON.stringify(folder)}`,
    `    command: ${JSON.stringify(command ?? ["sh", "-c", "echo say in rollout:rehearsal.command how the app starts; exit 1"])}`,
  ];
}
