/** One null data set from raw columns to a score per candidate: the same way that the observed rows take. */
import { countClusters, type Labels } from "../../core/labels.js";
import type { Matrix } from "../../core/matrix.js";
import { stream } from "../../core/rng.js";
import { type Table, toMatrix } from "../../core/table.js";
import { reducerNamed } from "../../decomposition/registry.js";
import { silhouette } from "../../metrics/silhouette.js";
import { applyPreparation } from "../../preprocessing/preparation.js";
import { drawRankCopula, nullStream, permuteColumns } from "../../stability/null-model.js";
import { tableOf } from "./raw.js";
import { refitAll } from "./refit.js";
import type { EvidenceValues, NullWork, SpaceRecipe } from "./work.js";

/**
 * Silhouette of every refit in each space it is judged in, noise counted as one more cluster; null with fewer than
 * two clusters (no structure found, so nothing to score).
 */
export function nullDraw(work: NullWork): EvidenceValues {
  const table = tableOf(work.raw, drawCodes(work));
  const spaces = new Map<string, Matrix>();
  const prepared = new Map<unknown, Matrix>();
  for (const recipe of work.spaces) spaces.set(recipe.name, enter(table, recipe, prepared));

  const labels = new Map<string, Labels>();
  for (const [name, x] of spaces) {
    const here = work.refits.filter((refit) => refit.space === name);
    for (const { wanted, fit } of refitAll(x, here, work.share)) {
      if (fit && countClusters(fit.labels) >= 2) labels.set(wanted.item, fit.labels);
    }
  }
  // All labelings that are judged in one space are scored in one pass.
  const scores = new Map<string, number | null>();
  for (const [name, x] of spaces) {
    const judged = work.refits.filter(({ item, judged }) => labels.has(item) && judged.includes(name));
    const answers = silhouette.scoreMany(
      x,
      judged.map(({ item }) => labels.get(item)!),
    );
    judged.forEach(({ item }, i) => {
      scores.set(`${name}\n${item}`, answers[i]!["silhouette"] ?? null);
    });
  }
  return Object.fromEntries(
    work.refits.map(({ item, judged }) => [item, judged.map((name) => scores.get(`${name}\n${item}`) ?? null)]),
  );
}

function drawCodes({ how, raw: { codes }, copula, seed, draw }: NullWork): Matrix {
  if (how === "observed") return codes;
  if (how === "copula") return drawRankCopula(copula!, nullStream(seed, draw));
  return permuteColumns(codes, stream(seed, "stability/permutation", draw));
}

/** The rows in a space, by the preparation and reduction learnt on all observed rows. */
function enter(table: Table, recipe: SpaceRecipe, prepared: Map<unknown, Matrix>): Matrix {
  const { preparation, reduction } = recipe;
  const name = JSON.stringify(preparation);
  let x = prepared.get(name);
  if (!x) {
    x = toMatrix(applyPreparation(table, preparation));
    prepared.set(name, x);
  }
  return reduction.name === "none" ? x : reducerNamed(reduction.name).transform(x, reduction.fitted);
}
