/** The palette keeps its promises to eyes of every kind. */
import { expect, test } from "vitest";
import {
  baseColours,
  contrast,
  darkChrome,
  divergingScale,
  inkOn,
  lightChrome,
  mix,
  noiseColour,
  scaleColour,
  segmentColour,
  segmentSymbol,
  sequentialScale,
} from "../../src/figures/palette.js";

type Triple = readonly [number, number, number];

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB. */
const eyes: Record<string, readonly [Triple, Triple, Triple]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(colour: string): Triple {
  return [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(colour: string, eye: string): Triple {
  const c = linear(colour);
  const rows = eyes[eye]!;
  return oklab(
    rows.map((row) => Math.min(1, Math.max(0, row[0] * c[0] + row[1] * c[1] + row[2] * c[2]))) as unknown as Triple,
  );
}

const apart = (a: string, b: string, eye: string) => {
  const x = seen(a, eye);
  const y = seen(b, eye);
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

test.each(Object.keys(eyes))("each two of the eight base colours are told apart by %s eyes", (eye) => {
  for (let i = 0; i < baseColours.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [baseColours[i]!, baseColours[j]!];
      expect(apart(a, b, eye), `${a} and ${b}`).toBeGreaterThan(8);
    }
  }
});

test("marks stand out from the white and from the dark page", () => {
  for (const colour of [...baseColours, noiseColour]) {
    expect(contrast(colour, lightChrome.paper), colour).toBeGreaterThan(2.2);
    expect(contrast(colour, darkChrome.paper), colour).toBeGreaterThan(2.2);
  }
});

test("words are legible on their page (WCAG AA)", () => {
  for (const chrome of [lightChrome, darkChrome]) {
    expect(contrast(chrome.ink, chrome.paper)).toBeGreaterThan(7);
    expect(contrast(chrome.muted, chrome.paper)).toBeGreaterThan(4.5);
  }
});

test("words on every cell of a heat map are legible", () => {
  for (const scale of [divergingScale, sequentialScale]) {
    for (let i = 0; i <= 100; i++) {
      const colour = scaleColour(scale, i / 100);
      expect(contrast(inkOn(colour), colour), colour).toBeGreaterThan(4);
    }
  }
});

test("contrast agrees with WCAG's own examples", () => {
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21, 1);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 1);
});

test("beyond eight the colours go on without a repeat, and noise is grey", () => {
  const looks = Array.from({ length: 40 }, (_, label) => `${segmentColour(label)} ${segmentSymbol(label)}`);
  expect(new Set(looks).size).toBe(40);
  expect(segmentColour(-1)).toBe(noiseColour);
  expect(segmentColour(3)).toBe(baseColours[3]);
  expect(segmentColour(8)).not.toBe(segmentColour(0));
});

test("mix and scaleColour meet their ends", () => {
  expect(mix("#000000", "#ffffff", 0.5)).toBe("#808080");
  expect(scaleColour(sequentialScale, 0)).toBe(sequentialScale[0]![1]);
  expect(scaleColour(sequentialScale, 2)).toBe(sequentialScale[3]![1]);
});
