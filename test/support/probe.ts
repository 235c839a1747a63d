/** What a reader of a page has before them, as the probe below finds it in the browser. */
export interface Findings {
  innerWidth: number;
  /** Of the whole page: more than `innerWidth` means that it moves sideways. */
  scrollWidth: number;
  /** Of the page as it is first seen, what is folded folded. */
  height: number;
  /** Elements that reach out of the screen and aren't in a part that scrolls by itself. */
  outside: string[];
  /** Of all text as it is seen: what an SVG scales, scaled. */
  smallestPx: number;
  /** Text whose contrast with what is behind it is below 4.5 to 1 (WCAG 2, level AA): `ratio text`. */
  faint: string[];
  dark: boolean;
  /** Headings and dangers in the order of the page. */
  order: string[];
  errors: string[];
}

/** A page that shows another as a screen of that size does, in CSS pixels: a headless window can't be made as narrow. */
export function framed(file: string, { width, height }: { width: number; height: number }): string {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script>addEventListener("message", ({ data }) => { document.documentElement.dataset.findings = data; });</script>
<iframe src="${file}" width="${width}" height="${height}" style="border: 0"></iframe>`;
}

/** A script that tells the page around it what it found, once all is there. */
export const PROBE = `<script>
const errors = [];
addEventListener("error", (event) => errors.push(event.message ?? "a part didn't load"), true);
addEventListener("securitypolicyviolation", (event) => errors.push("loads " + event.blockedURI));
addEventListener("load", () => {
  const height = document.documentElement.scrollHeight;
  for (const each of document.querySelectorAll("details")) each.open = true;
  const faint = [], outside = [];
  let smallestPx = Infinity;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    if (words === "" || element.closest("script, style, title") || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const svg = element.closest("svg");
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    smallestPx = Math.min(smallestPx, scale * parseFloat(style.fontSize));
    const ratio = contrast(svg ? style.fill : style.color, behind(element));
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + " " + words.slice(0, 40));
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest(".scroll, .bar") && !element.matches(".scroll, .bar")) continue;
    const { left, right } = element.getBoundingClientRect();
    if (left < 0 || right > innerWidth + 0.5) outside.push(element.outerHTML.slice(0, 80));
  }
  const order = [...document.querySelectorAll("h2, h3, summary, .danger")].map((each) =>
    each.matches(".danger") ? each.className : each.textContent.trim());
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const { scrollWidth } = document.documentElement;
  const findings = { innerWidth, scrollWidth, height, outside, smallestPx, faint, dark, order, errors };
  parent.postMessage(JSON.stringify(findings), "*");
});
function behind(element) {
  for (let each = element; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor;
    if (!/^rgba.*, 0\\)$/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
}
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
function luminance(color) {
  const [r, g, b] = color.match(/[\\d.]+/g).map((each) => {
    const share = Number(each) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
</script>`;
