/** Joins of two clusters, each named by one of its rows, in any order in which a cluster joins after it was made. */
export interface Joins {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly heights: Float64Array;
}

/** Follow parents to the end, shortening the way for the next caller. */
export function rootOf(parent: Int32Array, i: number): number {
  let root = i;
  while (parent[root] !== root) root = parent[root]!;
  let at = i;
  while (parent[at] !== root) {
    const next = parent[at]!;
    parent[at] = root;
    at = next;
  }
  return root;
}
