/** Joins of two clusters, each named by one of its rows, in any order in which a cluster joins after it was made. */
export interface Joins {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly heights: Float64Array;
}
