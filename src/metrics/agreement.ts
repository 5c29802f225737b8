/**
 * How alike two labelings of the same rows are. All are blind to how clusters are numbered; −1 (noise) is a
 * group like any other: leave rows out yourself to compare clusters alone.
 *
 * Where chance or a single group leaves a ratio 0/0, the value is scikit-learn's: 1 for two labelings that
 * group alike, 0 otherwise.
 */
import { UserError } from "../core/errors.js";
import type { ReferenceKey } from "../core/references.js";
import { didYouMean } from "../core/suggest.js";
import { type Contingency, contingency, type PairConfusion, pairConfusion } from "./contingency.js";
import { entropy, expectedMutualInformation, mutualInformation } from "./entropy.js";

export interface Agreement {
  /** The word used in configs. */
  readonly name: string;
  /** The column in tables. */
  readonly column: string;
  readonly title: string;
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  readonly better: "higher";
  readonly range: readonly [number, number];
  readonly symmetric: boolean;
  /** One sentence on what it likes better than it deserves. */
  readonly favours: string;
  /** Agreement of `b` (found) with `a` (truth, or baseline). */
  compare(a: ArrayLike<number>, b: ArrayLike<number>): number;
}

type Entry = Omit<Agreement, "compare" | "better" | "column"> & { of(table: Contingency): number };

const define = ({ of, ...entry }: Entry): Agreement => ({
  ...entry,
  column: entry.name.replaceAll("-", "_"),
  better: "higher",
  compare: (a, b) => of(contingency(a, b)),
});

export const adjustedRand = define({
  name: "adjusted-rand",
  title: "adjusted Rand index (ARI): pairs treated alike, corrected for chance",
  version: 1,
  cites: ["hubert1985"],
  range: [-0.5, 1],
  symmetric: true,
  favours: "agreement on the large clusters, whose pairs are the many",
  of(table) {
    const { neither, onlyFirst, onlySecond, both } = pairConfusion(table);
    if (onlyFirst === 0 && onlySecond === 0) return 1;
    const expected = (both + onlyFirst) * (onlyFirst + neither) + (both + onlySecond) * (onlySecond + neither);
    return (2 * (both * neither - onlyFirst * onlySecond)) / expected;
  },
});

export const rand = define({
  name: "rand",
  title: "Rand index: share of pairs treated alike",
  version: 1,
  cites: ["rand1971"],
  range: [0, 1],
  symmetric: true,
  favours: "many clusters: most pairs are then apart in both",
  of(table) {
    const { neither, onlyFirst, onlySecond, both } = pairConfusion(table);
    return onlyFirst === 0 && onlySecond === 0 ? 1 : (neither + both) / (neither + onlyFirst + onlySecond + both);
  },
});

export const pairJaccard = define({
  name: "pair-jaccard",
  title: "Jaccard index of pairs: together in both, of those together in either",
  version: 1,
  cites: ["jaccard1912"],
  range: [0, 1],
  symmetric: true,
  favours: "few, large clusters",
  of(table) {
    const { onlyFirst, onlySecond, both } = pairConfusion(table);
    return onlyFirst === 0 && onlySecond === 0 ? 1 : both / (both + onlyFirst + onlySecond);
  },
});

export const fowlkesMallows = define({
  name: "fowlkes-mallows",
  title: "Fowlkes–Mallows: geometric mean of pair precision and recall",
  version: 1,
  cites: ["fowlkes1983"],
  range: [0, 1],
  symmetric: true,
  favours: "few clusters; not corrected for chance",
  of(table) {
    const { onlyFirst, onlySecond, both } = pairConfusion(table);
    return both === 0 ? 0 : Math.sqrt(both / (both + onlySecond)) * Math.sqrt(both / (both + onlyFirst));
  },
});

export const normalizedMutualInformation = define({
  name: "nmi",
  title: "normalised mutual information (arithmetic mean)",
  version: 1,
  cites: ["vinh2010"],
  range: [0, 1],
  symmetric: true,
  favours: "many clusters; not corrected for chance",
  of: vMeasureOf,
});

export const adjustedMutualInformation = define({
  name: "ami",
  title: "adjusted mutual information (arithmetic mean): what labels tell of each other, beyond chance",
  version: 1,
  cites: ["vinh2010"],
  range: [-1, 1],
  symmetric: true,
  favours: "agreement on small clusters more than the adjusted Rand index does",
  of(table) {
    if (table.first.length === table.second.length && table.first.length <= 1) return 1;
    const byChance = expectedMutualInformation(table);
    const mean = (entropy(table.firstSizes, table.rows) + entropy(table.secondSizes, table.rows)) / 2;
    const room = mean - byChance;
    const tiny = Number.EPSILON;
    return (mutualInformation(table) - byChance) / (room < 0 ? Math.min(room, -tiny) : Math.max(room, tiny));
  },
});

export const homogeneity = define({
  name: "homogeneity",
  title: "homogeneity: each found cluster holds rows of one true class",
  version: 1,
  cites: ["rosenberg2007"],
  range: [0, 1],
  symmetric: false,
  favours: "many small clusters",
  of: (table) => told(table, table.firstSizes),
});

export const completeness = define({
  name: "completeness",
  title: "completeness: each true class lies in one found cluster",
  version: 1,
  cites: ["rosenberg2007"],
  range: [0, 1],
  symmetric: false,
  favours: "few large clusters",
  of: (table) => told(table, table.secondSizes),
});

export const vMeasure = define({
  name: "v-measure",
  title: "V-measure: harmonic mean of homogeneity and completeness (the same number as NMI)",
  version: 1,
  cites: ["rosenberg2007"],
  range: [0, 1],
  symmetric: true,
  favours: "many clusters; not corrected for chance",
  of: vMeasureOf,
});

export const purity = define({
  name: "purity",
  title: "purity: share of rows in the commonest true class of their cluster",
  version: 1,
  cites: ["manning2008"],
  range: [0, 1],
  symmetric: false,
  favours: "many small clusters",
  of({ counts, first, second, rows }) {
    let sum = 0;
    for (let c = 0; c < second.length; c++) {
      let largest = 0;
      for (let r = 0; r < first.length; r++) largest = Math.max(largest, counts[r * second.length + c]!);
      sum += largest;
    }
    return rows === 0 ? 1 : sum / rows;
  },
});

export const agreements: readonly Agreement[] = [
  adjustedRand,
  adjustedMutualInformation,
  normalizedMutualInformation,
  vMeasure,
  homogeneity,
  completeness,
  fowlkesMallows,
  pairJaccard,
  rand,
  purity,
];

/** @throws UserError `UNKNOWN_NAME`, with the nearest known name */
export function agreementNamed(name: string): Agreement {
  const agreement = agreements.find((entry) => entry.name === name);
  if (agreement !== undefined) return agreement;
  const known = agreements.map((entry) => entry.name);
  throw new UserError("UNKNOWN_NAME", { what: `unknown agreement index "${name}"`, mend: didYouMean(name, known) });
}

/** The pairs of rows two labelings treat alike and apart, in scikit-learn's order. */
export function pairConfusionOf(a: ArrayLike<number>, b: ArrayLike<number>): PairConfusion {
  return pairConfusion(contingency(a, b));
}

/** Mutual information of two labelings, in nats. */
export function mutualInformationOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return mutualInformation(contingency(a, b));
}

/** Share of one labeling's entropy that the other tells; 1 if there is nothing to tell. */
function told(table: Contingency, sizes: Float64Array): number {
  const whole = entropy(sizes, table.rows);
  return whole === 0 ? 1 : Math.min(1, mutualInformation(table) / whole);
}

function vMeasureOf(table: Contingency): number {
  const sum = entropy(table.firstSizes, table.rows) + entropy(table.secondSizes, table.rows);
  return sum === 0 ? 1 : Math.min(1, (2 * mutualInformation(table)) / sum);
}
