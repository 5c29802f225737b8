/**
 * Segments as rules: a shallow tree on the raw features, read off as sentences, with how far they can be trusted.
 *
 * The tree explains the labels, it does not replace them: each rule says how many of its rows really belong
 * (precision) and how many of the segment it finds (recall), and the whole says how well it does on rows it has
 * not seen (5-fold).
 */
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { stream } from "../core/rng.js";
import type { Column, Table } from "../core/table.js";
import { type Condition, conditionsText } from "./rule-text.js";
import {
  growTree,
  type Leaf,
  leavesOf,
  partRows,
  predictTree,
  type Sorted,
  sortColumns,
  type TreeLimits,
} from "./tree.js";

/** One path through the tree: all conditions hold. */
export interface Rule {
  readonly conditions: readonly Condition[];
  readonly text: string;
  /** Rows that meet the conditions, and how many of them are in the segment. */
  readonly rows: number;
  readonly hits: number;
}

export interface SegmentRules {
  readonly label: number;
  /** Most rows first; any of them suffices. Empty when the tree gives the segment no leaf. */
  readonly rules: readonly Rule[];
  /** `PURCHASES ≥ 1,200 and CASH_ADVANCE < 10; or …` */
  readonly text: string;
  /** Of the rows the rules name, the share in the segment; null when they name none. */
  readonly precision: number | null;
  /** Of the segment's rows, the share the rules name. */
  readonly recall: number;
}

export interface RuleSet {
  readonly segments: readonly SegmentRules[];
  /** Mean recall over segments, on the rows the tree was grown on; null with fewer than two segments. */
  readonly trainAccuracy: number | null;
  /** The same on held-out rows, 5-fold; null where a segment has fewer than 2 rows, or there are fewer than two. */
  readonly crossAccuracy: number | null;
  readonly leaves: number;
  readonly notes: readonly Note[];
}

export interface RuleOptions {
  /** Questions on the way to a leaf (4); more give finer, longer rules. */
  readonly maxDepth?: number;
  /** At most so many leaves; two per segment unless given. */
  readonly maxLeaves?: number;
  /** Of the folds. */
  readonly seed?: number;
}

const folds = 5;

/** Texts of more kinds than this take no part. */
const MOST_KINDS = 12;

/**
 * Learn rules that tell the segments apart.
 *
 * Every segment weighs the same, however small (Gini impurity over class-balanced weights), because balanced
 * accuracy is what is reported. Thresholds are the shortest numbers that split the rows alike, so the printed rule
 * is the rule. Missing values go to the side that suits the training rows better; noise is left out. A text column of
 * few kinds is asked kind by kind; texts of many kinds are not used.
 *
 * @param table - raw columns in original units
 * @param labels - one per row; negative is noise
 * @throws UserError `SHAPE_MISMATCH` if there is not one label per row, `PARAM_RANGE` for depth or leaves below 1
 * @remarks one sort per column, then O(depth · d · n) per tree; about 36 trees are grown (6 first questions, 5 folds)
 * @see breiman1984
 */
export function learnRules(table: Table, labels: ArrayLike<number>, options: RuleOptions = {}): RuleSet {
  if (labels.length !== table.rows) {
    throw new UserError("SHAPE_MISMATCH", { what: `${labels.length} labels for ${table.rows} rows` });
  }
  const columns = table.columns.flatMap(asked);
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) rows.push(i);
  const classes = [...new Set(rows.map((row) => labels[row]!))].sort((a, b) => a - b);
  const place = new Map(classes.map((label, index) => [label, index]));
  const y = Int32Array.from(rows, (row) => place.get(labels[row]!)!);
  const x = columns.map(({ at }) => Float64Array.from(rows, (row) => clean(at(row))));
  const limits = {
    classes: classes.length,
    maxDepth: atLeastOne("maxDepth", options.maxDepth ?? 4),
    maxLeaves: atLeastOne("maxLeaves", options.maxLeaves ?? Math.max(1, 2 * classes.length)),
  };

  const notes: Note[] = [];
  const unused = table.columns.filter((column) => asked(column).length === 0).length;
  if (unused > 0) {
    const message = `${unused} text column(s) of more than ${MOST_KINDS} kinds take no part in the rules`;
    notes.push({ code: "text-not-in-rules", message });
  }
  if (classes.length < 2) {
    notes.push({
      code: "nothing-to-tell-apart",
      message: `${classes.length} segment(s): there is nothing for a rule to tell apart`,
    });
  }

  const everything = Int32Array.from(rows, (_, i) => i);
  const sorted = sortColumns(x, everything);
  const tree = growTree(x, y, sorted, limits);
  const hasMissing = x.map((values) => values.some((value) => Number.isNaN(value)));
  const sizes = count(y, classes.length);
  const leaves = rows.length === 0 ? [] : leavesOf(tree);
  const segments = classes.map((label, index) =>
    segmentRules(label, index, leaves, sizes[index]!, columns, hasMissing),
  );
  for (const segment of segments) {
    if (segment.rules.length > 0) continue;
    notes.push({
      code: "no-rule",
      message: `no rule of at most ${limits.maxDepth} conditions singles out segment ${segment.label}`,
      hint: "its members differ from others in too many features at once for a short rule",
    });
  }
  const several = classes.length >= 2;
  return {
    segments,
    trainAccuracy: several
      ? balancedAccuracy(
          y,
          everything.map((i) => predictTree(tree, x, i)),
          sizes,
        )
      : null,
    crossAccuracy:
      several && Math.min(...sizes) >= 2 ? crossValidate(x, y, sorted, sizes, limits, options.seed ?? 0) : null,
    leaves: leaves.length,
    notes,
  };
}

/** What a condition can be about: a number column, or having one text of a text column (1 or 0). */
interface Asked {
  readonly feature: string;
  readonly value: string | null;
  /** NaN where there is no value. */
  at(row: number): number;
}

/** One for a number column, one for each kind of a text column of few kinds, none otherwise. */
function asked(column: Column): Asked[] {
  const { name: feature } = column;
  if (column.kind === "number") return [{ feature, value: null, at: (row) => column.values[row]! }];
  const kinds = [...new Set(column.values)].filter((value) => value !== null && value !== undefined).sort();
  if (kinds.length > MOST_KINDS) return [];
  return kinds.map((value) => ({
    feature,
    value,
    at(row) {
      const own = column.values[row] ?? null;
      return own === null ? Number.NaN : Number(own === value);
    },
  }));
}

function segmentRules(
  label: number,
  index: number,
  leaves: readonly Leaf[],
  size: number,
  columns: readonly Asked[],
  hasMissing: readonly boolean[],
): SegmentRules {
  const rules = leaves
    .filter((leaf) => leaf.winner === index)
    .map((leaf): Rule => {
      const conditions = leaf.bounds
        .filter((bound) => bound.min !== null || bound.max !== null)
        .map((bound) => ({
          feature: columns[bound.column]!.feature,
          value: columns[bound.column]!.value,
          min: bound.min,
          max: bound.max,
          missing: hasMissing[bound.column] ? bound.missing : null,
        }));
      const needed = withoutImplied(conditions);
      return { conditions: needed, text: conditionsText(needed), rows: leaf.rows, hits: leaf.counts[index]! };
    })
    .sort((a, b) => b.rows - a.rows);
  const named = rules.reduce((sum, rule) => sum + rule.rows, 0);
  const hits = rules.reduce((sum, rule) => sum + rule.hits, 0);
  return {
    label,
    rules,
    text: rules.length === 0 ? "no short rule" : rules.map((rule) => rule.text).join("; or "),
    precision: named === 0 ? null : hits / named,
    recall: hits / size,
  };
}

/** Having one text says that it is not another: what such a condition leaves of the others is whether rows may lack it. */
function withoutImplied(conditions: readonly Condition[]): Condition[] {
  const saying = (one: Condition) => one.value !== null && one.min !== null;
  return conditions.flatMap((one) => {
    const same = conditions.filter(({ feature, value }) => feature === one.feature && value !== null);
    if (one.value === null || !same.some(saying)) return [one];
    if (!saying(one)) return [];
    return [{ ...one, missing: one.missing === null ? null : same.every(({ missing }) => missing) }];
  });
}

/** Pooled held-out predictions of five trees; folds are stratified, so each sees every segment it can. */
function crossValidate(
  x: readonly Float64Array[],
  y: Int32Array,
  sorted: Sorted,
  sizes: readonly number[],
  limits: TreeLimits,
  seed: number,
): number {
  const order = stream(seed, "rules/folds").permutation(y.length);
  const seen = sizes.map(() => 0);
  const fold = new Int32Array(y.length);
  for (const i of order) {
    const label = y[i]!;
    fold[i] = seen[label]! % folds;
    seen[label] = seen[label]! + 1;
  }
  const predicted = new Int32Array(y.length);
  for (let f = 0; f < folds; f++) {
    const [others] = partRows(sorted, (row) => fold[row] !== f);
    const tree = growTree(x, y, others, limits);
    for (let i = 0; i < y.length; i++) if (fold[i] === f) predicted[i] = predictTree(tree, x, i);
  }
  return balancedAccuracy(y, predicted, sizes);
}

/** Mean over segments of the share of its rows that are found. */
function balancedAccuracy(y: Int32Array, predicted: Int32Array, sizes: readonly number[]): number {
  const hits = sizes.map(() => 0);
  for (let i = 0; i < y.length; i++) if (y[i] === predicted[i]) hits[y[i]!] = hits[y[i]!]! + 1;
  return hits.reduce((sum, hit, label) => sum + hit / sizes[label]!, 0) / sizes.length;
}

function count(y: Int32Array, classes: number): number[] {
  const sizes = new Array<number>(classes).fill(0);
  for (const label of y) sizes[label] = sizes[label]! + 1;
  return sizes;
}

/** An infinity is no value a threshold can stand beside. */
function clean(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UserError("PARAM_RANGE", { what: `${name} must be a whole number of at least 1, got ${value}` });
}
