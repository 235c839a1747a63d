/** Colours that tracks are named after: on light ground, and on dark. Each has a contrast of 4.5 or more there. */
const COLOURS: Record<string, readonly [light: string, dark: string]> = {
  blue: ["#0b68cb", "#70b8ff"],
  brown: ["#815e46", "#d4b3a5"],
  cyan: ["#0f6f87", "#4ccce6"],
  gray: ["#60646c", "#b0b4ba"],
  green: ["#18794e", "#3dd68c"],
  grey: ["#60646c", "#b0b4ba"],
  orange: ["#b45309", "#ffa057"],
  pink: ["#c2298a", "#ff8dcc"],
  purple: ["#8145b5", "#d19dff"],
  red: ["#c62a2f", "#ff9592"],
  violet: ["#6550b9", "#baa7ff"],
  yellow: ["#7a5d00", "#f5e147"],
};

/** Without a colour of its own: the stable track, the candidate, any other. Those that look like one are left to it. */
const ROLES = [
  { tone: "stable", like: "blue" },
  { tone: "candidate", like: "orange" },
];

/**
 * Each track's CSS class, by which it has its colour: its name's, where that is one.
 *
 * @param tracks the stable one first, then the candidate
 */
export function tonesOf(tracks: readonly string[]): string[] {
  return tracks.map((name, index) => {
    if (Object.hasOwn(COLOURS, name)) return `track-${name}`;
    const role = ROLES[index];
    return role && !tracks.includes(role.like) ? role.tone : "other";
  });
}

const TONES = [
  "stable",
  "candidate",
  "other",
  "bad",
  "good",
  "fail",
  "pass",
  ...Object.keys(COLOURS).map((name) => `track-${name}`),
];

/** CSS: the colours of light ground, or of dark. */
export function toneColours(ground: "light" | "dark"): string {
  const shade = ground === "light" ? 0 : 1;
  return Object.entries(COLOURS)
    .map(([name, shades]) => `--track-${name}: ${shades[shade]};`)
    .join(" ");
}

/** CSS: what a line's name looks like, whatever colour the library gave it when it was drawn; the line itself has the same. */
export const TONE_STYLE = TONES.map(
  (tone) => `.u-legend .${tone} th { color: var(--${tone}) !important; }`,
).join("\n");
