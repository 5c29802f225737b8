/**
 * The statements of a pushed-down k-means and of the indices that need centres alone: what each asks, and how its
 * answer is read. Pure texts; every one is a single pass over the rows.
 */
import type { Dialect, Named, Vector } from "./dialect.js";
import type { SqlRow } from "./engine.js";

/** Rows to work on: a FROM clause, and layers that compute their coordinates. */
export interface Rows {
  readonly from: string;
  readonly layers: readonly (readonly Named[])[];
}

/** k centres in the space of `vector`, flat, k×d. */
export interface Centres {
  readonly k: number;
  readonly values: Float64Array;
}

const BIG = 1.7e308;
const row = (values: Float64Array, cols: number, i: number) => values.subarray(i * cols, (i + 1) * cols);

/** Layers that give every row its nearest centre: `s_m` how far (see `apart`), `s_label` which, ties to the lowest. */
function nearest(dialect: Dialect, vector: Vector, { k, values }: Centres): (readonly Named[])[] {
  const apart = Array.from(
    { length: k },
    (_, c): Named => [`s_d${c}`, dialect.apart(vector, row(values, vector.cols, c))],
  );
  const each = apart.map(([name]) => name);
  return [apart, [["s_m", dialect.least(each)]], [["s_label", dialect.indexOf(each, "s_m")]]];
}

/** Moments of expressions that may be NULL, first pass: per expression present, min, max, mean. */
export function momentsSql(dialect: Dialect, rows: Rows, values: readonly string[]): string {
  const select = values.flatMap((value, j): Named[] => [
    [`s_n${j}`, dialect.double(`count(${value})`)],
    [`s_low${j}`, `min(${value})`],
    [`s_high${j}`, `max(${value})`],
    [`s_mean${j}`, `avg(${value})`],
  ]);
  return dialect.layered(rows.from, rows.layers, [["s_n", dialect.count()], ...select]);
}

export interface Moments {
  /** Values that are there. */
  readonly present: number;
  readonly missing: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** @returns rows of the table, and the moments of each expression; those of one with no value are NaN */
export function readMoments(answer: readonly SqlRow[], count: number): { n: number; moments: Moments[] } {
  const cells = answer[0]!;
  const n = Number(cells[0]);
  const number = (at: number) => (cells[at] === null ? Number.NaN : Number(cells[at]));
  const moments = Array.from({ length: count }, (_, j): Moments => {
    const [present, min, max, mean] = [1, 2, 3, 4].map((part) => number(4 * j + part)) as [
      number,
      number,
      number,
      number,
    ];
    return { present, missing: n - present, min, max, mean };
  });
  return { n, moments };
}

/**
 * Second pass: sums of deviations from a mean, and of their squares. The first of them takes back what rounding put
 * into the mean.
 */
export function deviationsSql(
  dialect: Dialect,
  rows: Rows,
  values: readonly string[],
  means: readonly number[],
): string {
  const select = values.flatMap((value, j): Named[] => {
    const deviation = `(${value} - ${dialect.number(means[j]!)})`;
    return [
      [`s_sum${j}`, `sum(${deviation})`],
      [`s_square${j}`, `sum(${deviation} * ${deviation})`],
    ];
  });
  return dialect.layered(rows.from, rows.layers, select);
}

/** Mean and standard deviation (divides by n) from both passes. */
export function readDeviations(
  answer: readonly SqlRow[],
  before: readonly Moments[],
): { mean: number; sd: number; variance: number }[] {
  const cells = answer[0]!;
  return before.map(({ present, mean }, j) => {
    const sum = Number(cells[2 * j]);
    const squares = Number(cells[2 * j + 1]);
    const variance = Math.max(0, (squares - (sum * sum) / present) / present);
    return { mean: mean + sum / present, sd: Math.sqrt(variance), variance };
  });
}

/** Sums of products of deviations, a ≤ b, row by row. */
export function covarianceSql(dialect: Dialect, rows: Rows, vector: Vector, mean: ArrayLike<number>): string {
  const centred = vector.at.map((x, j): Named => [`s_c${j}`, `${x} - ${dialect.number(mean[j]!)}`]);
  const select: Named[] = [];
  for (let a = 0; a < vector.cols; a++) {
    for (let b = a; b < vector.cols; b++) select.push([`s_p${a}_${b}`, `sum(s_c${a} * s_c${b})`]);
  }
  return dialect.layered(rows.from, [...rows.layers, centred], select);
}

/** The covariance, d×d, divided by n − 1. */
export function readCovariance(answer: readonly SqlRow[], d: number, n: number): Float64Array {
  const out = new Float64Array(d * d);
  let at = 0;
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++, at++) {
      out[a * d + b] = Number(answer[0]![at]) / (n - 1);
      out[b * d + a] = out[a * d + b]!;
    }
  }
  return out;
}

/**
 * One step of Lloyd's iteration: give every row its nearest centre, and sum up what becomes of the clusters.
 *
 * @param summed - whose coordinates are summed: those of the space fitted in, or of another to be judged in
 */
export function stepSql(dialect: Dialect, rows: Rows, vector: Vector, centres: Centres, summed = vector): string {
  const select: Named[] = [
    ["s_group", "s_label"],
    ["s_size", dialect.count()],
    ["s_within", `sum(${dialect.square("s_m")})`],
    ...summed.at.map((x, j): Named => [`s_sum${j}`, `sum(${x})`]),
  ];
  return dialect.layered(rows.from, [...rows.layers, ...nearest(dialect, vector, centres)], select, "GROUP BY s_label");
}

export interface Step {
  /** Rows per cluster. */
  readonly sizes: Float64Array;
  /** k×d: sums of the coordinates. */
  readonly sums: Float64Array;
  /** Sum of squared distances to the centres given. */
  readonly inertia: number;
}

/** An empty cluster has no line in the answer: it counts 0. */
export function readStep(answer: readonly SqlRow[], k: number, cols: number): Step {
  const sizes = new Float64Array(k);
  const sums = new Float64Array(k * cols);
  const within = new Float64Array(k);
  for (const cells of answer) {
    const c = Number(cells[0]);
    sizes[c] = Number(cells[1]);
    within[c] = Number(cells[2]);
    for (let j = 0; j < cols; j++) sums[c * cols + j] = Number(cells[3 + j]);
  }
  return { sizes, sums, inertia: within.reduce((sum, value) => sum + value, 0) };
}

/** The rows that lie farthest from their centre, farthest first; ties by their coordinates. */
export function farthestSql(dialect: Dialect, rows: Rows, vector: Vector, centres: Centres, count: number): string {
  const coordinates = vector.at.map((x, j): Named => [`s_at${j}`, x]);
  const select: Named[] = [["s_far", "s_m"], ["s_group", "s_label"], ...coordinates];
  const order = ["s_m DESC", ...vector.at].join(", ");
  const layers = [...rows.layers, ...nearest(dialect, vector, centres)];
  return dialect.layered(rows.from, layers, select, `ORDER BY ${order} LIMIT ${count}`);
}

/**
 * What the indices need: rows go to the nearest of the fitted centres, and are measured against the means of the
 * clusters in the space of the decision. Per cluster: rows, Σ a², Σ a, Σ (b − a) / max(a, b).
 */
export function scatterSql(
  dialect: Dialect,
  rows: Rows,
  fitted: { readonly vector: Vector; readonly centres: Centres },
  judged: { readonly vector: Vector; readonly centres: Centres },
): string {
  const { k, values } = judged.centres;
  const own = Array.from(
    { length: k },
    (_, c): Named => [`s_e${c}`, dialect.apart(judged.vector, row(values, judged.vector.cols, c))],
  );
  const which = (c: number) => `s_label = ${c}`;
  const others = own.map(([name], c) => `CASE WHEN ${which(c)} THEN ${dialect.number(BIG)} ELSE ${name} END`);
  const a = `CASE ${own.map(([name], c) => `WHEN ${which(c)} THEN ${name}`).join(" ")} ELSE ${dialect.number(0)} END`;
  const layers: (readonly Named[])[] = [
    ...rows.layers,
    ...nearest(dialect, fitted.vector, fitted.centres),
    own,
    [
      ["s_a2", a],
      ["s_b2", dialect.least(others)],
    ],
    [
      ["s_a", dialect.distance("s_a2")],
      ["s_b", dialect.distance("s_b2")],
    ],
    [["s_most", dialect.greatest("s_a", "s_b")]],
  ];
  const ratio = `CASE WHEN s_most = ${dialect.number(0)} THEN ${dialect.number(0)} ELSE (s_b - s_a) / s_most END`;
  const select: Named[] = [
    ["s_group", "s_label"],
    ["s_size", dialect.count()],
    ["s_squares", `sum(${dialect.square("s_a2")})`],
    ["s_distances", "sum(s_a)"],
    ["s_ratios", `sum(${ratio})`],
  ];
  return dialect.layered(rows.from, layers, select, "GROUP BY s_label");
}

/**
 * Id and segment of every row, as columns `s_row` and `s_segment`.
 *
 * @param id - its name in a layer of `rows`
 */
export function labelsSql(dialect: Dialect, rows: Rows, id: string, vector: Vector, centres: Centres): string {
  const select: Named[] = [
    ["s_row", id],
    ["s_segment", "s_label"],
  ];
  return dialect.layered(rows.from, [...rows.layers, ...nearest(dialect, vector, centres)], select);
}

/** How many values lie in each of equal bins between two bounds, with the least and greatest of each bin. */
export function binsSql(dialect: Dialect, rows: Rows, value: string, low: number, high: number, bins: number): string {
  const share = `(${value} - ${dialect.number(low)}) / ${dialect.number(high - low)}`;
  const bin = `floor(${share} * ${dialect.number(bins)})`;
  const select: Named[] = [
    ["s_bin", bin],
    ["s_size", dialect.count()],
    ["s_low", `min(${value})`],
    ["s_high", `max(${value})`],
  ];
  const within = `${value} >= ${dialect.number(low)} AND ${value} <= ${dialect.number(high)}`;
  return dialect.layered(rows.from, rows.layers, select, `WHERE ${within} GROUP BY s_bin ORDER BY s_bin`);
}

/** The values between two bounds, in ascending order. */
export function valuesSql(dialect: Dialect, rows: Rows, value: string, low: number, high: number): string {
  const within = `${value} >= ${dialect.number(low)} AND ${value} <= ${dialect.number(high)}`;
  return dialect.layered(rows.from, rows.layers, [["s_value", value]], `WHERE ${within} ORDER BY ${value}`);
}
