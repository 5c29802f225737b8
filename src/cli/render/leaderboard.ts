/** The leaderboard and the decision as text of at most 80 columns. */
import { shorten } from "../../core/words.js";
import { IMPORTED } from "../../sweep/imported.js";
import type { SweepResult } from "../../sweep/run.js";
import type { Candidate } from "../../sweep/select/define.js";
import { nameOf } from "../../sweep/select/ranking.js";
import { plainTable } from "./plain-table.js";
import { wrap } from "./wrap.js";

/** How many ranked candidates are shown. */
const SHOWN = 10;

const fixed = (value: number | null | undefined, digits: number) =>
  value === null || value === undefined ? "–" : value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");

/** `0.4933 ±0.0001`; the spread only where seeds differ visibly. */
function withSpread(candidate: Candidate, own: string, digits: number): string {
  const value = fixed(candidate.scores[own], digits);
  const spread = candidate.spread[own];
  return spread && Number(spread.toFixed(digits)) > 0 ? `${value} ±${spread.toFixed(digits)}` : value;
}

/** The silhouette as it was measured: of all pairs, of a draw of rows, or of centres alone; and its heading. */
function silhouetteOf({ candidates }: SweepResult): readonly [column: string, head: string] {
  const has = (column: string) => candidates.some(({ scores }) => scores[column] !== undefined);
  if (has("silhouette")) return ["silhouette", "silhouette ↑"];
  if (has("silhouette_sampled")) return ["silhouette_sampled", "silhouette ↑"];
  return has("simplified_silhouette") ? ["simplified_silhouette", "simplified ↑"] : ["silhouette", "silhouette ↑"];
}

/** `k=2 eps=auto 5 of 6` → its options, each with its whole value. */
const optionsOf = (params: string) => params.split(/ (?=\w+=)/);

/** Least room for a candidate's name. */
const LEAST_NAME = 16;

/**
 * The name of a candidate, short enough for its column: options that all candidates of its algorithm share are left
 * out, words like `linkage=ward` lose their key, long names their end.
 */
function shortName(candidate: Candidate, among: readonly Candidate[]): string {
  const like = among.filter(
    ({ algorithm, params }) => algorithm === candidate.algorithm && params !== candidate.params,
  );
  const isShared = (word: string) => like.length > 0 && like.every(({ params }) => optionsOf(params).includes(word));
  const params = optionsOf(candidate.params).filter((word) => /^k=/.test(word) || !isShared(word));
  const name = nameOf({ ...candidate, params: params.join(" ") }, among);
  return name.replace(/\b[a-z]+[A-Z]?[a-zA-Z]*=([a-z-]+)(?= |$)/g, "$1");
}

/** The candidates in the order of the rule, and the baselines below; no line is longer than `columns`. */
export function leaderboard(result: SweepResult, columns: number): string {
  const byId = new Map(result.candidates.map((candidate) => [candidate.id, candidate]));
  const ranked = result.verdict.ranking.map(({ id }) => byId.get(id)!);
  const [silhouette, heading] = silhouetteOf(result);
  const line = (rank: string, candidate: Candidate) => [
    rank,
    shortName(candidate, result.candidates),
    String(candidate.k),
    withSpread(candidate, silhouette, 4),
    fixed(candidate.scores["davies_bouldin"], 3),
    fixed(candidate.scores["calinski_harabasz"], 0),
    `${(100 * candidate.smallest).toFixed(0)} %`,
  ];
  const rows = ranked.slice(0, SHOWN).map((candidate, i) => line(String(i + 1), candidate));
  // Who brings labels wants to see them beside the fitted ones, wherever they stand.
  for (const candidate of result.candidates.filter(({ algorithm }) => algorithm === IMPORTED)) {
    const place = ranked.indexOf(candidate) + 1;
    if (place === 0 || place > SHOWN) rows.push(line(place === 0 ? "–" : String(place), candidate));
  }
  const shown = Math.min(SHOWN, ranked.length) + rows.filter(([place]) => Number(place) > SHOWN).length;
  // Those of the decision's own preparation; the others are in the table.
  const [home] = result.experiment.score.space.split("/");
  const baselines = result.candidates.filter((candidate) => candidate.baseline && candidate.prepare === home);
  for (const candidate of baselines) rows.push(line("·", candidate));
  const head = ["#", "candidate", "k", heading, "DB ↓", "CH ↑", "smallest"];
  const notes: string[] = [];
  if (ranked.length > shown) notes.push(`${ranked.length - shown} more in metrics.csv`);
  if (baselines.length > 0) notes.push("· baselines, never chosen");
  const gated = gateCounts(result);
  if (gated) notes.push(gated);
  const numbers = head.map((title, j) =>
    j === 1 ? 0 : 2 + Math.max(title.length, ...rows.map((row) => row[j]!.length)),
  );
  const room = Math.max(LEAST_NAME, columns - 2 - numbers.reduce((sum, width) => sum + width, 0));
  for (const row of rows) row[1] = shorten(row[1]!, room);
  return [plainTable(head, rows, [2, 3, 4, 5, 6]), ...notes.map((note) => wrap(note, columns, "    "))].join("\n");
}

/** `14 candidates ruled out: coverage 6, small-cluster 8`. */
function gateCounts(result: SweepResult): string | undefined {
  const counts = new Map<string, number>();
  const failed = new Set<string>();
  for (const row of result.rows) {
    if (row.status !== "gated" || row.reason.includes("baseline")) continue;
    const id = [row.algorithm, row.prepare, row.reduce, row.params].join(" | ");
    if (failed.has(id)) continue;
    failed.add(id);
    for (const code of row.reason) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  if (failed.size === 0) return undefined;
  const list = [...counts].map(([code, count]) => `${code} ${count}`).join(", ");
  const several = [...counts.values()].reduce((sum, count) => sum + count, 0) > failed.size;
  const who = `${failed.size} candidate${failed.size === 1 ? "" : "s"} ruled out${several ? " (some for more than one reason)" : ""}`;
  return `${who}: ${list}`;
}
