/** The decision as data (selection.json) and as words (summary.md). Pure. */
import type { Json } from "../core/hash.js";
import { markdownCell } from "../core/words.js";
import { describeExperiment } from "../sweep/config/describe.js";
import type { SweepResult } from "../sweep/run.js";
import type { Candidate } from "../sweep/select/define.js";
import { nameOf } from "../sweep/select/ranking.js";
import type { Selection } from "./schema.js";
import { formatNumber } from "./tables.js";

/** How a number stands in a file: 12 significant digits, as in the tables. */
const rounded = (value: number) => Number(value.toPrecision(12));

const roundedScores = (scores: Readonly<Record<string, number | null>>) =>
  Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, value === null ? null : rounded(value)]));

/** Every number of a JSON value rounded so. */
function roundedDeep(value: Json): Json {
  if (typeof value === "number") return rounded(value);
  if (Array.isArray(value)) return value.map(roundedDeep);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, roundedDeep(item)]));
}

/** What selection.json holds: the decision, what it was made from, and why. */
export function selectionRecord(result: SweepResult): Selection {
  const { experiment, verdict, candidates } = result;
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const winner = verdict.winner === null ? null : byId.get(verdict.winner)!;
  const { rule } = experiment.select;
  return {
    format: 1,
    experiment: experiment.name,
    data: { checksum: result.dataChecksum, rows: result.tableFacts.rows, columns: result.tableFacts.columns },
    rule: { name: rule.name, version: rule.version, hash: experiment.select.hash, before: result.ruleBefore },
    outcome: verdict.outcome,
    partial: result.counts.incomplete > 0 ? { incomplete: result.counts.incomplete } : false,
    winner: winner && {
      ...identity(winner),
      seed: winner.seed,
      k: winner.k,
      space: experiment.score.space,
      coverage: rounded(winner.coverage),
      shares: result.winner!.facts!.sizes.map((size) => rounded(size / result.tableFacts.rows)),
      scores: roundedScores(winner.scores),
      spread: roundedScores(winner.spread),
      labels: result.winner!.fit!.labels,
    },
    reasons: verdict.reasons,
    flags: verdict.flags.map((flag) => ({ ...flag })),
    ...(verdict.details ? { evidence: roundedDeep(verdict.details) as Record<string, Json> } : {}),
    ranking: verdict.ranking.map(({ id, score, detail }) => ({
      ...identity(byId.get(id)!),
      k: byId.get(id)!.k,
      score: rounded(score),
      ...(verdict.failed ? { failed: verdict.failed[id] ?? [] } : {}),
      ...roundedScores(detail),
    })),
    config: describeExperiment(experiment),
  };
}

const identity = ({ algorithm, prepare, reduce, params }: Candidate) => ({ algorithm, prepare, reduce, params });

/** summary.md: the decision, its reasons and the leaderboard, for a reader of the repository. */
export function summaryMarkdown(
  result: SweepResult,
  segments: readonly { name: string; size: number; share: number }[],
): string {
  const { experiment, verdict, candidates, counts } = result;
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const winner = verdict.winner === null ? null : byId.get(verdict.winner)!;
  const lines = [`# ${experiment.name}`, ""];
  if (experiment.description) lines.push(experiment.description, "");
  lines.push(`**${headline(result)}**`, "");
  for (const reason of verdict.reasons) lines.push(`- ${reason}`);
  for (const flag of verdict.flags) lines.push(`- \`${flag.code}\` ${flag.message}`);
  if (counts.incomplete > 0)
    lines.push(`- PARTIAL: ${counts.incomplete} of ${result.plan.trials.length} trials have no answer`);
  if (segments.length > 0) {
    lines.push("", "| segment | customers | share |", "|---|---:|---:|");
    for (const { name, size, share } of segments)
      lines.push(`| ${markdownCell(name)} | ${size} | ${(100 * share).toFixed(1)} % |`);
  }
  const columns = experiment.score.metrics.map((metric) => ({ ...metric.columns[0], title: metric.name }));
  lines.push(
    "",
    `## Leaderboard`,
    "",
    `Rule: ${experiment.select.rule.title}. Judged in \`${experiment.score.space}\`.`,
    "",
    `| # | candidate | k | ${columns.map((c) => `${c.title} ${c.better === "higher" ? "↑" : "↓"}`).join(" | ")} | smallest | coverage |`,
    `|---:|---|---:|${columns.map(() => "---:").join("|")}|---:|---:|`,
  );
  verdict.ranking.slice(0, 15).forEach(({ id }, i) => {
    const c = byId.get(id)!;
    const values = columns.map((column) => cell(c, column.name));
    const own = markdownCell(nameOf(c, candidates));
    const name = c === winner ? `**${own}**` : own;
    lines.push(
      `| ${i + 1} | ${name} | ${c.k} | ${values.join(" | ")} | ${percent(c.smallest)} | ${percent(c.coverage)} |`,
    );
  });
  for (const c of candidates.filter((candidate) => candidate.baseline)) {
    const values = columns.map((column) => cell(c, column.name));
    lines.push(
      `| · | ${nameOf(c, candidates)} (baseline) | ${c.k} | ${values.join(" | ")} | ${percent(c.smallest)} | ${percent(c.coverage)} |`,
    );
  }
  const judgedElsewhere = result.rows.filter(
    (row) => winner && row.space !== experiment.score.space && isRowOf(row, winner) && row.seed === winner.seed,
  );
  for (const row of judgedElsewhere) {
    lines.push(
      "",
      `The same labels of the winner judged in \`${row.space}\`: ${columns.map((c) => `${c.title} ${short(row.scores[c.name])}`).join(", ")}.`,
    );
  }
  lines.push(
    "",
    `All ${result.rows.length} rows, with every seed and the gates each fails, are in \`metrics.csv\`.`,
    "",
  );
  return lines.join("\n");
}

/** One sentence: what was decided. */
export function headline(result: SweepResult): string {
  const { verdict, candidates } = result;
  const winner = candidates.find((candidate) => candidate.id === verdict.winner);
  if (verdict.outcome === "no-structure")
    return "No structure: nothing exceeds what marginals and correlations alone give";
  if (!winner) return verdict.details ? "No candidate passes every test" : "No candidate passes the gates";
  return `${winner.k} segments, by ${nameOf(winner, candidates)}`;
}

function isRowOf(row: { algorithm: string; prepare: string; reduce: string; params: string }, c: Candidate): boolean {
  return (
    row.algorithm === c.algorithm && row.prepare === c.prepare && row.reduce === c.reduce && row.params === c.params
  );
}

function cell(candidate: Candidate, column: string): string {
  const spread = candidate.spread[column];
  const value = short(candidate.scores[column]);
  return spread ? `${value} ± ${short(spread)}` : value;
}

/** Four digits after the point below 100, none above. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 100 ? formatNumber(Math.round(value)) : value.toFixed(4);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
