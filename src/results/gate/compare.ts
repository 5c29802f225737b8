/**
 * The gate: results against a baseline. Pure.
 *
 * In this order: what makes a comparison meaningless is refused; what leaves nothing to compare is incomplete; what
 * is worse is a regression, also where something else is missing; what is missing is incomplete.
 */
import { adjustedRand } from "../../metrics/agreement.js";
import { type Migration, migration } from "../../metrics/matching.js";
import { type Difference, differences, inWords } from "../../sweep/config/differences.js";
import type { StoredResults } from "../read.js";
import { compareMetrics, type MetricsComparison } from "./metrics.js";
import { type GateConfig, requireKnownColumns } from "./tolerance.js";

export type Outcome = "same" | "better" | "regressed" | "incomplete" | "refused";

export interface DecisionChange {
  readonly before: string;
  readonly after: string;
  readonly changed: boolean;
}

export interface AssignmentChange {
  readonly rows: number;
  readonly ari: number;
  /** Clusters are matched by their overlap, so that names do not matter. */
  readonly migration: Migration;
  /** Share of rows that may move. */
  readonly allowed: number;
  readonly changed: boolean;
}

export interface Comparison {
  readonly experiment: string;
  readonly before: string;
  readonly after: string;
  readonly outcome: Outcome;
  /** Sentences that say why, the gravest first. */
  readonly reasons: readonly string[];
  /** Things to know that decide nothing. */
  readonly remarks: readonly string[];
  /** null where nothing could be compared. */
  readonly metrics: MetricsComparison | null;
  readonly decision: DecisionChange | null;
  readonly assignments: AssignmentChange | null;
  readonly config: readonly Difference[];
}

export interface GateOptions {
  readonly gate: GateConfig;
  /** Anything that differs beyond tolerance fails, also for the better. */
  readonly strict: boolean;
  /** Why the results at hand are not of the files at hand; then there is nothing to compare. */
  readonly stale?: readonly string[];
}

/** How many missing rows are named. */
const NAMED = 5;

/** Compare results with a baseline; null stands for results that are not there. */
export function compareResults(
  experiment: string,
  before: StoredResults | { readonly name: string; readonly rows: null },
  after: StoredResults | { readonly name: string; readonly rows: null },
  options: GateOptions,
): Comparison {
  const head = { experiment, before: before.name, after: after.name };
  const nothing = { remarks: [], metrics: null, decision: null, assignments: null, config: [] };
  const stop = (outcome: Outcome, reasons: readonly string[]): Comparison => ({
    ...head,
    ...nothing,
    outcome,
    reasons,
  });

  const absent = [before, after]
    .filter((each) => each.rows === null)
    .map(({ name }) => `there are no results in ${name}`);
  if (before.rows === null || after.rows === null) return stop("incomplete", absent);
  const { rule } = after.selection;
  const changedAfterwards = after.selection.flags.find(({ code }) => code === "RULE_CHANGED");
  if (changedAfterwards) return stop("refused", [changedAfterwards.message]);
  if (before.selection.rule.hash !== rule.hash) {
    const changes = differences(selectOf(before), selectOf(after)).map(
      ({ path, before, after }) => `${path} ${before} → ${after}`,
    );
    return stop("refused", [
      `the selection rule is not the baseline's (${changes.join(", ") || "another version"}); commit results by the new rule first`,
    ]);
  }
  if (options.stale && options.stale.length > 0) return stop("incomplete", options.stale);
  const [then, now] = [before.selection.data, after.selection.data];
  if (then.checksum !== now.checksum) {
    return stop("incomplete", [
      `the data are not the baseline's: checksum ${then.checksum.slice(0, 8)}… of ${then.rows} rows, now ${now.checksum.slice(0, 8)}… of ${now.rows} rows`,
    ]);
  }

  requireKnownColumns(options.gate, [...new Set([...before.columns, ...after.columns])]);
  const compared = compareMetrics(before, after, options.gate);
  const unassigned = [before, after].filter(({ selection, labels }) => selection.winner !== null && labels === null);
  const metrics = {
    ...compared,
    missing: [...compared.missing, ...unassigned.map(({ name }) => `assignments.csv in ${name}`)],
  };
  if (metrics.compared === 0) return stop("incomplete", ["nothing was compared: the tables have no row in common"]);
  const isPartial = metrics.missing.length > 0 || after.selection.partial !== false;
  // A decision among fewer candidates is another question.
  const decision = isPartial ? null : compareDecision(before, after);
  const assignments = isPartial ? null : compareAssignments(before, after, options.gate.moved);
  const config = differences(before.selection.config, after.selection.config);
  const found = { metrics, decision, assignments, config };
  return { ...head, ...found, ...judge(found, before, after, options.strict) };
}

function judge(
  {
    metrics,
    decision,
    assignments,
    config,
  }: Pick<Comparison, "decision" | "assignments" | "config"> & { metrics: MetricsComparison },
  before: StoredResults,
  after: StoredResults,
  strict: boolean,
): Pick<Comparison, "outcome" | "reasons" | "remarks"> {
  const count = (change: string) => metrics.metrics.filter((each) => each.change === change).length;
  const worse = [
    ...(count("worse") > 0
      ? [`${plural(count("worse"), "score is", "scores are")} worse than the tolerance allows`]
      : []),
    ...metrics.statuses
      .filter(({ change }) => change === "worse")
      .map(
        (s) =>
          `${s.candidate}${s.seed === "" ? "" : ` seed ${s.seed}`} in ${s.space} was ${s.before}, is ${s.after} (${s.reason.join(", ")})`,
      ),
    ...(decision?.changed ? [`the decision changed: ${decision.before} → ${decision.after}`] : []),
    ...(assignments?.changed ? [movedText(assignments)] : []),
  ];
  const betterStatuses = metrics.statuses.filter(({ change }) => change === "better").length;
  const better = [
    ...(count("better") > 0 ? [`${plural(count("better"), "score is", "scores are")} better than the tolerance`] : []),
    ...(betterStatuses > 0 ? [`${plural(betterStatuses, "row passes", "rows pass")} the gates now`] : []),
  ];
  const other = [
    ...(metrics.added.length > 0
      ? [`${plural(metrics.added.length, "row or column is", "rows or columns are")} new`]
      : []),
    ...(metrics.relabelled > 0 ? [`${plural(metrics.relabelled, "row has", "rows have")} other labels`] : []),
    ...(count("changed") > 0
      ? [`${plural(count("changed"), "value", "values")} without a better and a worse changed`]
      : []),
  ];
  const lacking = metrics.missing;
  const missing = [
    ...(lacking.length > 0
      ? [
          `${plural(lacking.length, "row, column or file is", "rows, columns or files are")} missing: ${lacking.slice(0, NAMED).join("; ")}${lacking.length > NAMED ? " …" : ""}`,
        ]
      : []),
    ...(after.selection.partial !== false
      ? [`the results are partial: ${plural(after.selection.partial.incomplete, "trial has", "trials have")} no answer`]
      : []),
  ];
  const flags = after.selection.flags.filter(({ code }) => !before.selection.flags.some((old) => old.code === code));
  const remarks = [
    ...(count("within") > 0
      ? [`${plural(count("within"), "score differs", "scores differ")} within the tolerance`]
      : []),
    ...(strict ? [] : other),
    ...(before.selection.partial !== false ? ["the baseline itself is partial"] : []),
    ...(missing.length > 0 ? ["the decision and the assignments were not compared"] : []),
    ...config.map((change) => `config: ${inWords(change)}`),
    ...flags.map(({ code, message }) => `new flag ${code}: ${message}`),
  ];
  if (worse.length > 0) return { outcome: "regressed", reasons: [...worse, ...missing, ...better], remarks };
  if (missing.length > 0) return { outcome: "incomplete", reasons: missing, remarks: [...better, ...remarks] };
  if (strict && better.length + other.length > 0) {
    return { outcome: "regressed", reasons: [...better, ...other, "--strict: update the baseline"], remarks };
  }
  if (better.length > 0)
    return { outcome: "better", reasons: [...better, "update the baseline: commit these results"], remarks };
  return { outcome: "same", reasons: [], remarks };
}

const selectOf = ({ selection }: StoredResults) => selection.config["select"];

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function compareDecision(before: StoredResults, after: StoredResults): DecisionChange {
  const [old, now] = [decisionText(before), decisionText(after)];
  return { before: old, after: now, changed: old !== now };
}

function decisionText({ selection }: StoredResults): string {
  return selection.winner === null
    ? selection.outcome
    : `${selection.winner.k} segments by ${winnerText(selection.winner)}`;
}

const winnerText = ({ algorithm, params, prepare, reduce }: NonNullable<StoredResults["selection"]["winner"]>) =>
  `${algorithm} ${params} on ${prepare}${reduce === "none" ? "" : `/${reduce}`}`;

function compareAssignments(before: StoredResults, after: StoredResults, allowed: number): AssignmentChange | null {
  if (before.labels === null || after.labels === null) return null;
  const moves = migration(before.labels, after.labels);
  const rows = before.labels.length;
  return {
    rows,
    ari: adjustedRand.compare(before.labels, after.labels),
    migration: moves,
    allowed,
    changed: moves.moved > allowed * rows,
  };
}

/** `268 of 8950 rows (3.0 %) moved: 0 → 1 150 rows, 2 → 1 118 rows`, the largest moves first. */
export function movedText({
  migration: { moved, from, to, counts, matched },
  rows,
  allowed,
}: AssignmentChange): string {
  const moves = from
    .flatMap((old, r) =>
      to.map((now, c) => ({ old, name: matched[c] ?? null, now, count: matched[c] === old ? 0 : counts[r]![c]! })),
    )
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.old - b.old || a.now - b.now)
    .map(
      ({ old, name, now, count }) =>
        `${segment(old)} → ${name === null ? `${segment(now)} (new)` : segment(name)} ${plural(count, "row", "rows")}`,
    );
  const shown = moves.slice(0, NAMED).join(", ") + (moves.length > NAMED ? " …" : "");
  const limit = allowed > 0 ? `, ${(100 * allowed).toFixed(1)} % allowed` : "";
  return `${moved} of ${rows} rows (${((100 * moved) / rows).toFixed(1)} %${limit}) moved to another segment: ${shown}`;
}

const segment = (label: number) => (label < 0 ? "noise" : String(label));
