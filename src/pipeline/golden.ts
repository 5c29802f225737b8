/**
 * Golden rows: rows with known answers, kept in the model and tried on every load. They are made up from
 * medians and quantiles, so that a model gives away no customer through them.
 */
import { stream } from "../core/rng.js";
import type { Cell } from "../preprocessing/compile.js";
import type { CompiledModel } from "./compile.js";
import type { GoldenRow, InputFeature, Model, Segment } from "./schema.js";

const COUNT = 12;

/** Nearer to a border than this, another machine's rounding might answer otherwise. */
const SAFE_MARGIN = 1e-6;

/**
 * Each segment's medians, the quantiles of all features together, a row with each feature missing that may be
 * (three at most), and mixtures of quantiles until there are twelve.
 */
export function makeGoldenRows(
  features: readonly InputFeature[],
  segments: readonly Segment[],
  compiled: CompiledModel,
): GoldenRow[] {
  const levels = ["p05", "p25", "p50", "p75", "p95"] as const;
  const at = (feature: InputFeature, level: number): Cell => {
    if (feature.kind === "text") return feature.categories[level % Math.max(1, feature.categories.length)] ?? null;
    const value = feature.quantiles[levels[level]!];
    return feature.whole ? Math.round(value) + 0 : value;
  };
  const middle = features.map((feature) => at(feature, 2));
  const candidates: Cell[][] = [
    ...segments.map((segment) => features.map((feature, j) => segment.medians[feature.name] ?? middle[j]!)),
    ...levels.map((_, level) => features.map((feature) => at(feature, level))),
    ...features
      .flatMap((feature, j) =>
        feature.mayBeMissing ? [middle.map((value, other) => (other === j ? null : value))] : [],
      )
      .slice(0, 3),
  ];
  const rows = candidates.map((row) => judge(row, features, compiled)).filter((row) => row !== undefined);
  const rng = stream(0, "pipeline/golden");
  // A few hundred mixtures find twelve safe rows unless the segments hang on a hair; then borders must do.
  for (let tries = 0; rows.length < Math.max(COUNT, candidates.length); tries++) {
    const row = judge(
      features.map((feature) => at(feature, rng.int(levels.length))),
      features,
      compiled,
      tries < 300 ? SAFE_MARGIN : 0,
    );
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function judge(
  row: readonly Cell[],
  features: readonly InputFeature[],
  compiled: CompiledModel,
  safe = SAFE_MARGIN,
): GoldenRow | undefined {
  const { label, margin } = compiled.predictRow(rawOf(row, features));
  return margin < safe ? undefined : { row: [...row], label, margin: Number.isFinite(margin) ? margin : null };
}

/** The first golden row that is answered otherwise than the model says, in words; undefined when all agree. */
export function goldenFault(model: Model, compiled: CompiledModel): string | undefined {
  for (const [at, { row, label, margin }] of model.golden.entries()) {
    const answer = compiled.predictRow(rawOf(row, model.input.features));
    if (answer.label !== label) return `golden row ${at + 1} should get label ${label}, and gets ${answer.label}`;
    const near = margin === null ? answer.margin === Number.POSITIVE_INFINITY : closeTo(answer.margin, margin);
    if (!near) return `golden row ${at + 1} should have margin ${margin}, and has ${answer.margin}`;
  }
  return undefined;
}

/** JSON writes every missing value as null; a missing number is NaN. */
function rawOf(row: readonly Cell[], features: readonly InputFeature[]): Cell[] {
  return features.map((feature, j) => row[j] ?? (feature.kind === "number" ? Number.NaN : null));
}

function closeTo(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
}
