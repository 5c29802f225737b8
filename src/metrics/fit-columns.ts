/**
 * Columns that a fit itself reports (see `Fit.outputs`), described as the indices are. They come from a model's
 * likelihood, so they compare models of one kind on one space, not algorithms.
 */
import type { ReferenceKey } from "../core/references.js";
import type { MetricColumn } from "./define.js";

export interface FitColumn extends MetricColumn {
  readonly cites: readonly ReferenceKey[];
  readonly favours: string;
}

const anyNumber = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

export const fitColumns: readonly FitColumn[] = [
  {
    name: "bic",
    title: "Bayesian information criterion, −2 log L + p ln n",
    better: "lower",
    range: anyNumber,
    cites: ["schwarz1978"],
    favours: "as many components as the density has bumps, which may be more than it has segments",
  },
  {
    name: "aic",
    title: "Akaike information criterion, −2 log L + 2p",
    better: "lower",
    range: anyNumber,
    cites: ["akaike1974"],
    favours: "more components than BIC",
  },
  {
    name: "icl",
    title: "integrated completed likelihood, BIC + 2 × entropy of the memberships",
    better: "lower",
    range: anyNumber,
    cites: ["biernacki2000"],
    favours: "well-separated components; fewer than BIC where they overlap",
  },
];
