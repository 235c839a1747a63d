import { type Notice, noticeText } from "./notice.ts";

/** Where a button of a message leads. */
export interface Link {
  text: string;
  url: string;
}

/**
 * A notice as Slack's incoming webhooks take it (Slack, "Block Kit": header, section, context and actions). `text` is what a
 * notification shows, and all that Mattermost and Rocket.Chat read.
 */
export function slackMessage(notice: Notice, links: readonly Link[]): object {
  const [title = "", ...rest] = noticeText(notice).split("\n");
  return {
    text: escaped([title, ...rest].join("\n")),
    blocks: [
      { type: "header", text: plain(title, MOST.header) },
      ...sections(rest).map((text) => ({ type: "section", text: { type: "mrkdwn", text } })),
      {
        type: "context",
        elements: [plain(`${notice.stack}, ${new Date(notice.at).toISOString()}`, MOST.section)],
      },
      ...(links.length > 0 ? [{ type: "actions", elements: links.slice(0, MOST.buttons).map(button) }] : []),
    ],
  };
}

/** Slack's limits, in letters, and buttons in a row. It refuses the whole message beyond them. */
const MOST = { header: 150, section: 3000, button: 75, buttons: 25, sections: 40 };

function button({ text, url }: Link, index: number) {
  return { type: "button", text: plain(text, MOST.button), url, action_id: `link-${index}` };
}

/** Half of a letter of two is none. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
}

function plain(text: string, most: number) {
  return {
    type: "plain_text",
    text: text.length > most ? `${cut(text, most - 3)}...` : text,
    emoji: false,
  };
}

/** Lines put together as far as a section holds them. */
function sections(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines.map((each) => cut(escaped(each), MOST.section))) {
    const joined = `${texts.at(-1)}\n${line}`;
    if (texts.length > 0 && joined.length <= MOST.section) texts[texts.length - 1] = joined;
    else texts.push(line);
  }
  return texts.slice(0, MOST.sections);
}

/** Slack reads `<`, `>` and `&` as its own marks (Slack, "Formatting text for app surfaces"): an error's text must not ping everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
