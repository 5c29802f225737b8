/**
 * One palette for every figure, page and notebook: a segment has the same colour wherever it appears.
 *
 * The eight base colours started from Okabe & Ito (2008) and were moved, by search, until each pair is at
 * least 8 apart (100 × distance in OKLab) to normal, protan, deutan and tritan eyes (simulation of Machado et
 * al. 2009), and each stands out by 2.2 : 1 or more from white and from the dark page. They are for marks; words
 * stay in ink. From the ninth segment on the colours return darker, then lighter, with another marker.
 */

/** Colours of segments 1 … 8. */
export const baseColours = [
  "#004fd3",
  "#ee901c",
  "#47c0b4",
  "#874668",
  "#1090b4",
  "#a23d20",
  "#9a84ff",
  "#a17a18",
] as const;

/** Noise: rows that belong to no segment. */
export const noiseColour = "#8b9199";

const symbols = ["circle", "diamond", "square", "triangle-up", "x", "star"] as const;
const dashes = ["solid", "dash", "dot", "dashdot"] as const;

/**
 * The colour of a segment.
 *
 * @param label - whole number; negative is noise
 * @returns `#rrggbb`; labels 0 … 7 are the base, 8 … 15 darker, 16 … 23 lighter, and so on ever closer to the ends
 */
export function segmentColour(label: number): string {
  if (label < 0) return noiseColour;
  const base = baseColours[label % baseColours.length]!;
  const round = Math.floor(label / baseColours.length);
  if (round === 0) return base;
  const depth = Math.ceil(round / 2);
  const share = depth / (depth + 1.2);
  return round % 2 === 1 ? mix(base, "#000000", share) : mix(base, "#ffffff", share);
}

/** The marker of a segment: a circle for the first eight, then another shape per round; noise is a cross. */
export function segmentSymbol(label: number): string {
  if (label < 0) return "x-thin-open";
  return symbols[Math.floor(label / baseColours.length) % symbols.length]!;
}

/** Colour, marker and dash of the i-th algorithm; figures show either segments or algorithms, never both. */
export function seriesStyle(index: number): { colour: string; symbol: string; dash: string } {
  return {
    colour: segmentColour(index),
    symbol: symbols[index % symbols.length]!,
    dash: dashes[Math.floor(index / baseColours.length) % dashes.length]!,
  };
}

/** What is not data: words, lines, paper. */
export interface Chrome {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
}

export const lightChrome: Chrome = {
  paper: "#ffffff",
  ink: "#1f2328",
  muted: "#5c636b",
  grid: "#e8eaed",
  axis: "#b4b9bf",
};

export const darkChrome: Chrome = {
  paper: "#14171c",
  ink: "#e8eaed",
  muted: "#a2a9b1",
  grid: "#2a2f36",
  axis: "#5c636b",
};

/** Marks that stand for everyone, for what was left out, and for what is asked of the reader's eye. */
export const everyoneColour = "#a2a9b1";
export const outColour = "#b4b9bf";
export const accentColour = "#c2255c";

/** Below everyone (blue), like everyone (pale), above everyone (red-brown): lightness tells the size, hue the sign. */
export const divergingScale: readonly (readonly [number, string])[] = [
  [0, "#2166ac"],
  [0.25, "#92b9d8"],
  [0.5, "#f4f4f2"],
  [0.75, "#e5a985"],
  [1, "#b2431c"],
];

/** None (pale) to many (dark). */
export const sequentialScale: readonly (readonly [number, string])[] = [
  [0, "#f4f6f8"],
  [0.35, "#bcd0e6"],
  [0.7, "#6a9bc9"],
  [1, "#2166ac"],
];

/** The colour a scale has at a place in [0, 1]: what a reader of the page, or a cell of a table, needs. */
export function scaleColour(scale: readonly (readonly [number, string])[], place: number): string {
  const at = Math.min(1, Math.max(0, place));
  for (let i = 1; i < scale.length; i++) {
    const [low, lowColour] = scale[i - 1]!;
    const [high, highColour] = scale[i]!;
    if (at <= high) return mix(lowColour, highColour, (at - low) / (high - low));
  }
  return scale[scale.length - 1]![1];
}

/** Words on coloured cells, which are the same on a light and on a dark page. */
const cellInk = "#17191c";
const cellLight = "#fdfdfd";

/** Ink that reads on a coloured cell: dark or light, whichever has more contrast. */
export function inkOn(colour: string): string {
  return contrast(colour, cellLight) > contrast(colour, cellInk) ? cellLight : cellInk;
}

/** Is this colour one of ours? Transparency (`#rrggbbaa`) does not count. */
export function inPalette(colour: string): boolean {
  return allColours().has(colour.slice(0, 7).toLowerCase());
}

/** WCAG 2 contrast of two colours, 1 … 21. */
export function contrast(a: string, b: string): number {
  const x = luminance(a);
  const y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The colour at `share` of the way from a to b, by sRGB values. */
export function mix(a: string, b: string, share: number): string {
  const from = channels(a);
  const to = channels(b);
  return `#${from
    .map((value, i) => Math.round(value + (to[i]! - value) * share))
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Relative luminance (WCAG 2). */
function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => linear(value / 255));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** sRGB to linear light, by the polynomial of degree 3 through the standard's curve (error below .005). */
function linear(c: number): number {
  return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

let known: Set<string> | undefined;

function allColours(): Set<string> {
  if (known) return known;
  known = new Set<string>([noiseColour, everyoneColour, outColour, accentColour, cellInk, cellLight]);
  for (let label = 0; label < 64; label++) known.add(segmentColour(label));
  for (const chrome of [lightChrome, darkChrome]) for (const colour of Object.values(chrome)) known.add(colour);
  for (const scale of [divergingScale, sequentialScale]) for (const [, colour] of scale) known.add(colour);
  return known;
}
