import { escaped } from "./escaped.ts";
import { plain } from "./plain.ts";

export interface HtmlPage {
  /** Text, not HTML. */
  title: string;
  /** CSS. */
  style: string;
  /** HTML: what is in it of others is escaped. */
  body: string;
  /** It brings scripts of its own. */
  scripted?: boolean;
  /** They ask whoever has served the page. */
  asking?: boolean;
}

/** A page in one file that opens from the disk as it is: it loads nothing, not even an icon, and its policy forbids it to. */
export function htmlPage({ title, style, body, scripted = false, asking = false }: HtmlPage): string {
  const scripts = `${scripted ? "script-src 'unsafe-inline'; " : ""}${asking ? "connect-src 'self'; " : ""}`;
  return plain(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; ${scripts}img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`);
}
