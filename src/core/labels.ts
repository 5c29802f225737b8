/** What a clustering says: one whole number per row. */

/** Clusters 0 … k−1, numbered by first appearance in row order; −1 is noise. */
export type Labels = Int32Array;

/** The label of rows that belong to no cluster. */
export const NOISE = -1;

/**
 * Number clusters by first appearance in row order; every negative label becomes −1.
 * Two labelings that group the rows alike become equal.
 *
 * @example canonicalLabels([7, 7, -1, 2]); // [0, 0, -1, 1]
 */
export function canonicalLabels(labels: ArrayLike<number>): Labels {
  return renumber(labels).labels;
}

/** Whole labels below this are looked up in a table; others in a map. */
const SMALL = 4096;

/** Canonical labels, and for each new number the old one: `old[new]`. */
export function renumber(labels: ArrayLike<number>): { labels: Labels; old: number[] } {
  const small = new Int32Array(SMALL).fill(-1);
  const large = new Map<number, number>();
  const old: number[] = [];
  const out = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < 0) {
      out[i] = NOISE;
      continue;
    }
    let number = small[label] ?? large.get(label) ?? -1;
    if (number < 0) {
      number = old.length;
      if (small[label] !== undefined) small[label] = number;
      else large.set(label, number);
      old.push(label);
    }
    out[i] = number;
  }
  return { labels: out, old };
}

/** The number of clusters, noise left out. Needs canonical labels. */
export function countClusters(labels: Labels): number {
  let highest = -1;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > highest) highest = labels[i]!;
  return highest + 1;
}

/** Rows per cluster, and rows of noise. Needs canonical labels. */
export function clusterSizes(labels: Labels): { sizes: number[]; noise: number } {
  const sizes: number[] = new Array(countClusters(labels)).fill(0);
  let noise = 0;
  for (const label of labels) {
    if (label < 0) noise++;
    else sizes[label] = sizes[label]! + 1;
  }
  return { sizes, noise };
}
