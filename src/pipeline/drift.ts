/**
 * Do the rows that come look like the rows the model was made from? Population stability index per feature, between
 * the training quantiles that the model keeps, and of the mix of segments. A model cannot know that its customers
 * changed; it can say that it is asked about others.
 */
import { log as ln } from "../core/math.js";
import type { Note } from "../core/notes.js";
import type { Table } from "../core/table.js";
import { listed, percent, readable } from "../core/words.js";
import type { Cell } from "../preprocessing/compile.js";
import { NO_SEGMENT } from "./compile.js";
import type { InputFeature, Model } from "./schema.js";

export interface FeatureDrift {
  readonly feature: string;
  /**
   * Σ (observed − expected) · ln(observed / expected) over the bins, ≥ 0. Of a text the share of values never seen
   * stands in for it: the training shares of its categories are not in the model.
   */
  readonly index: number;
  readonly drifted: boolean;
  /** Share of rows without a value. */
  readonly missing: number;
  /** Share of rows outside the training range, or with a text never seen. */
  readonly outOfRange: number;
}

export interface SegmentDrift {
  readonly name: string;
  /** Shares of rows, in [0, 1]. */
  readonly training: number;
  readonly observed: number;
}

export interface DriftReport {
  readonly rows: number;
  /** False below `LEAST_ROWS`: then nothing is called drifted. */
  readonly enough: boolean;
  /** In the order of the model's features. */
  readonly features: readonly FeatureDrift[];
  readonly segments: readonly SegmentDrift[];
  readonly mix: { readonly index: number; readonly drifted: boolean };
  /** Names of the drifted features, strongest first. */
  readonly drifted: readonly string[];
}

/** Fewer rows than this say nothing. */
export const LEAST_ROWS = 50;

/** The customary line between "watch" (.10) and "act" (.25). */
export const DRIFTED = 0.25;

/** A text feature whose values are never-seen ones in more than this share of rows has drifted. */
const STRANGE = 0.05;

const LEVELS = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;

export interface DriftWatch {
  /** One row: raw values in the order of the features, and the label it got. */
  add(raw: ArrayLike<Cell>, label: number): void;
  /** Every row of a raw table, and their labels. Columns the table does not have count as missing. */
  addTable(table: Table, labels: ArrayLike<number>): void;
  report(): DriftReport;
}

/** Counts as rows go by; O(features) memory, however many rows. */
export function watchDrift(model: Pick<Model, "input" | "segments" | "noise">): DriftWatch {
  const counters = model.input.features.map(counterOf);
  const bySegment = new Float64Array(model.segments.length + 1);
  let rows = 0;
  const count = (label: number) => {
    bySegment[label < 0 ? model.segments.length : label]!++;
    rows++;
  };
  return {
    add(raw, label) {
      for (let j = 0; j < counters.length; j++) counters[j]!.add(raw[j] ?? null);
      count(label);
    },
    addTable(table, labels) {
      const columns = new Map(table.columns.map((column) => [column.name, column]));
      model.input.features.forEach(({ name, kind }, j) => {
        const column = columns.get(name);
        const { add } = counters[j]!;
        const usable = column !== undefined && column.kind === kind;
        for (let i = 0; i < table.rows; i++) add(usable ? (column.values[i] as Cell) : null);
      });
      for (let i = 0; i < table.rows; i++) count(labels[i]!);
    },
    report() {
      const enough = rows >= LEAST_ROWS;
      const features = counters.map((counter) => counter.report(rows, enough));
      const segments = [
        ...model.segments.map(({ name, share }, at) => ({
          name,
          training: share,
          observed: bySegment[at]! / (rows || 1),
        })),
        { name: NO_SEGMENT, training: model.noise, observed: bySegment[model.segments.length]! / (rows || 1) },
      ].filter(({ training, observed }) => training > 0 || observed > 0);
      const mix = stabilityIndex(
        segments.map(({ observed }) => observed),
        segments.map(({ training }) => training),
        rows,
      );
      return {
        rows,
        enough,
        features,
        segments,
        mix: { index: mix, drifted: enough && isDrifted(mix, rows, segments.length) },
        drifted: features
          .filter((feature) => feature.drifted)
          .sort((a, b) => b.index - a.index)
          .map(({ feature }) => feature),
      };
    },
  };
}

/** What a report says to a reader; empty when there is nothing to say. */
export function driftNotes(report: DriftReport): Note[] {
  const notes: Note[] = [];
  const hint = "the model may not hold for these rows; look at them, and fit it anew if they are the new normal";
  if (report.drifted.length > 0) {
    const told = report.drifted.map((name) => {
      const { index } = report.features.find(({ feature }) => feature === name)!;
      return `${name} (${readable(index, 2)})`;
    });
    notes.push({
      code: "drifted-features",
      message: `${told.length === 1 ? "a feature has" : "features have"} drifted from the training rows: ${listed(told)}; stability index from ${DRIFTED} on`,
      hint,
    });
  }
  if (report.mix.drifted) {
    const moved = [...report.segments].sort(
      (a, b) => Math.abs(b.observed - b.training) - Math.abs(a.observed - a.training),
    )[0]!;
    notes.push({
      code: "drifted-mix",
      message: `the mix of segments has drifted from training (index ${readable(report.mix.index, 2)}): ${moved.name} is ${percent(moved.observed)} of these rows and was ${percent(moved.training)}`,
      hint,
    });
  }
  return notes;
}

interface Counter {
  add(value: Cell): void;
  report(rows: number, enough: boolean): FeatureDrift;
}

function counterOf(feature: InputFeature): Counter {
  return feature.kind === "number" ? numberCounter(feature) : textCounter(feature);
}

/**
 * Counts of one number feature, apart for the values between two neighbouring quantiles and for those that equal a
 * quantile. A value that a quantile equals may be a heap (a column that is mostly zero).
 */
function numberCounter(feature: Extract<InputFeature, { kind: "number" }>): Counter {
  const { p01, p05, p25, p50, p75, p95, p99 } = feature.quantiles;
  const quantiles = [feature.min, p01, p05, p25, p50, p75, p95, p99, feature.max];
  const edges = [...new Set(quantiles)];
  const between = new Float64Array(edges.length + 1);
  const at = new Float64Array(edges.length);
  let missing = 0;
  return {
    add(value) {
      if (typeof value !== "number" || Number.isNaN(value)) {
        missing++;
        return;
      }
      let e = 0;
      while (e < edges.length && edges[e]! < value) e++;
      if (edges[e] === value) at[e]!++;
      else between[e]!++;
    },
    report(rows, enough) {
      const present = rows - missing;
      const heaps = Array.from(at, (count, e) => ({
        count,
        first: quantiles.indexOf(edges[e]!),
        last: quantiles.lastIndexOf(edges[e]!),
      }));
      const bins = LEVELS.length - 1;
      const expected = Array.from({ length: bins }, (_, b) => (LEVELS[b + 1]! - LEVELS[b]!) * present);
      // A value strictly between edges e−1 and e lies in the bin that ends where edge e first stands.
      const counts = new Array<number>(bins).fill(0);
      between.forEach((count, e) => {
        const last = e === 0 ? 0 : e === edges.length ? bins - 1 : heaps[e]!.first - 1;
        counts[last]! += count;
      });
      for (const heap of heaps) spread(heap, counts, expected);
      const share = (values: readonly number[]) => values.map((value) => value / (present || 1));
      const index = stabilityIndex(share(counts), share(expected), present);
      return {
        feature: feature.name,
        index,
        drifted: enough && present >= LEAST_ROWS && isDrifted(index, present, bins),
        missing: missing / (rows || 1),
        outOfRange: (between[0]! + between[edges.length]!) / (rows || 1),
      };
    },
  };
}

/**
 * Put a heap into the bins it may fill. The quantiles say that it covers the bins between the first and the last of
 * those equal to it; how far it reaches into the two bins beside, they do not say. What they leave open is decided in
 * favour of "no drift": bins are filled up to what was expected, and only the rest counts as too many.
 */
function spread(
  heap: { readonly count: number; readonly first: number; readonly last: number },
  counts: number[],
  expected: readonly number[],
): void {
  let rest = heap.count;
  const own = Array.from({ length: heap.last - heap.first }, (_, b) => heap.first + b);
  const beside = [heap.first - 1, heap.last].filter((b) => b >= 0 && b < counts.length);
  for (const b of [...own, ...beside]) {
    const room = Math.min(rest, Math.max(0, expected[b]! - counts[b]!));
    counts[b]! += room;
    rest -= room;
  }
  const over = own.length > 0 ? own : beside;
  const total = over.reduce((sum, b) => sum + expected[b]!, 0);
  for (const b of over) counts[b]! += (rest * expected[b]!) / (total || 1);
}

function textCounter(feature: Extract<InputFeature, { kind: "text" }>): Counter {
  const known = new Set(feature.categories);
  let missing = 0;
  let strange = 0;
  return {
    add(value) {
      if (value === null) missing++;
      else if (!known.has(String(value))) strange++;
    },
    report(rows, enough) {
      const share = strange / (rows || 1);
      return {
        feature: feature.name,
        index: share,
        drifted: enough && share > STRANGE,
        missing: missing / (rows || 1),
        outOfRange: share,
      };
    },
  };
}

/**
 * @param observed - shares that sum to 1
 * @param expected - shares that sum to 1
 * @param rows - a bin is taken to hold half a row at least, so that an empty one does not make the index infinite
 */
export function stabilityIndex(observed: readonly number[], expected: readonly number[], rows: number): number {
  const least = 0.5 / Math.max(1, rows);
  return observed.reduce((sum, share, b) => {
    const o = Math.max(share, least);
    const e = Math.max(expected[b]!, least);
    return sum + (o - e) * ln(o / e);
  }, 0);
}

/**
 * Large enough to matter, and too large for chance: in rows drawn from the training distribution, rows × index is
 * about χ² with bins − 1 degrees of freedom; its 99.9 % point by Wilson and Hilferty.
 */
function isDrifted(index: number, rows: number, bins: number): boolean {
  const freedom = Math.max(1, bins - 1);
  const part = 2 / (9 * freedom);
  const root = 1 - part + 3.09 * Math.sqrt(part);
  return index >= DRIFTED && rows * index > freedom * root * root * root;
}
