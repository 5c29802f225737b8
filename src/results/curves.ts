/** curves.csv: indices that need neighbouring k, along every series of candidates. Pure. */
import { csvText } from "../core/csv.js";
import { hartigan, krzanowskiLai, type WithinPoint } from "../metrics/curves.js";
import { inertiaOf } from "../sweep/evidence/gap-draw.js";
import type { SweepResult } from "../sweep/run.js";
import type { GapCurve } from "../sweep/select/gap-1se.js";
import { type Series, seriesOf } from "../sweep/series.js";
import { formatNumber } from "./tables.js";

const HEADER = [
  "algorithm",
  "prepare",
  "reduce",
  "params",
  "space",
  "k",
  "within",
  "hartigan",
  "krzanowski_lai",
  "gap",
  "gap_standard_error",
];

/**
 * One line per series and k, k = 1 (all rows in one cluster) included; null when the sweep has no series. Gap is
 * filled where the rule computed it.
 */
export function curvesCsv(result: SweepResult): string | null {
  const series = seriesOf(result.outcomes);
  if (series.length === 0) return null;
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  series.sort(
    (a, b) =>
      text(a.algorithm, b.algorithm) ||
      text(a.prepare, b.prepare) ||
      text(a.reduce, b.reduce) ||
      text(a.params, b.params),
  );
  const gap = result.verdict.details?.["gap"] as GapCurve | undefined;
  const lines = series.flatMap((each) => linesOf(each, result, gap));
  return csvText(HEADER, lines);
}

function linesOf(series: Series, result: SweepResult, gap: GapCurve | undefined): string[][] {
  const { x } = result.spaces.get(series.space)!;
  const whole = inertiaOf(x, new Int32Array(x.rows));
  const points: WithinPoint[] = [...(whole === null ? [] : [{ k: 1, within: whole }]), ...series.points];
  const valueAt = (curve: readonly { k: number; value: number | null }[], k: number) =>
    curve.find((point) => point.k === k)?.value;
  const h = hartigan.along(points, x);
  const kl = krzanowskiLai.along(points, x);
  const own = gap && gap.algorithm === series.algorithm && gap.params === series.params && gap.space === series.space;
  return points.map(({ k, within }) => {
    const here = own ? gap.points.find((point) => point.k === k) : undefined;
    return [
      series.algorithm,
      series.prepare,
      series.reduce,
      series.params,
      series.space,
      String(k),
      ...[within, valueAt(h, k), valueAt(kl, k), here?.gap, here?.standardError].map(formatNumber),
    ];
  });
}
