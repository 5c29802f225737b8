/** What a clustering algorithm is, what a fit answers, and how one is declared. */
import type { z } from "zod";
import type { Labels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import type { ReferenceKey } from "../core/references.js";
import type { DistanceMetric } from "../kernels/manhattan.js";

export type Params = Readonly<Record<string, unknown>>;

/**
 * Why a finished fit is not sound. These are results, kept and shown with their row:
 * `collapsed` fewer clusters than asked for; `not-converged` stopped by the iteration limit;
 * `singular` a component sits on the covariance floor; `one-cluster`, `all-noise` nothing to compare.
 */
export type FitReason = "collapsed" | "not-converged" | "singular" | "one-cluster" | "all-noise";

/** What one fit answers: plain data, so that a worker can send it and a journal can keep it. */
export interface Fit {
  /** Canonical: numbered by first appearance in row order, −1 is noise. */
  readonly labels: Labels;
  readonly reasons: readonly FitReason[];
  /** What the algorithm itself minimises or maximises; picks the representative among seeds. */
  readonly objective: { readonly value: number; readonly better: "lower" | "higher" } | null;
  /** Named numbers for the tables: iterations, bic, aic, icl, the eps that `auto` resolved to … */
  readonly outputs: Readonly<Record<string, number>>;
  /**
   * What `assignment` needs besides the rows: centres, medoid rows, mixture parameters. Cluster i of it is
   * label i. Small: never the rows themselves.
   */
  readonly found: Readonly<Record<string, number | Float64Array | Int32Array | string>>;
  readonly notes: readonly Note[];
}

/**
 * How new rows get a cluster: a named rule with the numbers it needs. Every algorithm has one.
 * `margin` in each rule's answer is 0 on the border to the runner-up and grows away from it.
 */
export type Assignment =
  | {
      readonly rule: "nearest-centre";
      readonly centres: Matrix;
      /** Of the columns in a squared distance; 1 each when left out. */
      readonly weights?: Float64Array | undefined;
    }
  | {
      readonly rule: "nearest-medoid";
      readonly medoids: Matrix;
      readonly medoidRows: readonly number[];
      /** Euclidean when left out. */
      readonly metric?: DistanceMetric | undefined;
    }
  | {
      readonly rule: "posterior";
      readonly covarianceType: "full" | "tied" | "diag" | "spherical";
      /** k mixing weights. */
      readonly weights: Float64Array;
      /** k×d. */
      readonly means: Matrix;
      /** full: k·d×d, tied: d×d, diag: k×d, spherical: k×1. */
      readonly covariances: Matrix;
      /** Columns that stand for one text, a list each: there mean and variance write the text's shares (latent-class). */
      readonly texts?: readonly (readonly number[])[] | undefined;
    }
  | {
      readonly rule: "nearest-core-point";
      /** Rows farther than this from every core point are noise. */
      readonly eps: number;
      readonly points: Matrix;
      readonly labels: Labels;
    }
  | {
      readonly rule: "nearest-neighbour";
      readonly points: Matrix;
      readonly labels: Labels;
      /** Euclidean when left out. */
      readonly metric?: DistanceMetric | undefined;
    }
  /** Cluster = number of thresholds ≤ the value of one column. */
  | {
      readonly rule: "thresholds";
      readonly column: number;
      readonly thresholds: readonly number[];
      readonly labels: readonly number[];
    }
  /** Cluster by which of the columns exceed their floor: bit j of the cell is column j. Unseen cells are noise. */
  | {
      readonly rule: "cells";
      readonly columns: readonly number[];
      readonly floors: readonly number[];
      readonly cells: readonly number[];
      readonly labels: readonly number[];
    };

export interface Assigned {
  readonly labels: Labels;
  /** Distance (or log-odds, for `posterior`) to the runner-up minus that to the winner; ≥ 0. */
  readonly margins: Float64Array;
}

export interface FitContext {
  /** Names every random stream of the fit. Ignored by deterministic algorithms. */
  readonly seed: number;
}

/** What a call of `fitMany` will need on one core, by rule of thumb: within a factor of a few. */
export interface Cost {
  /** Working memory beyond the matrix itself. */
  readonly bytes: number;
  readonly seconds: number;
}

/** An algorithm with its parameter types erased: what the registry holds. */
export interface Algorithm {
  /** The word used in configs, and the file name. */
  readonly name: string;
  /** "DBSCAN: dense regions become clusters, the rest is noise". */
  readonly title: string;
  /** Raised when the same input may give another answer. */
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  /** Time and memory of a fit, in rows n, columns d and clusters k. */
  readonly complexity: string;
  /** Where this departs from the paper, a sentence each. */
  readonly departures: readonly string[];
  /** Other algorithms, each with what it is better for. */
  readonly seeAlso: Readonly<Record<string, string>>;
  readonly can: {
    /** May leave rows out as noise. */
    readonly noise: boolean;
    /** Draws random numbers; without it the sweep runs one seed. */
    readonly seeded: boolean;
    /** A trivial baseline, shown beside the others and never chosen. */
    readonly baseline: boolean;
  };
  /** A zod object of parameters with defaults; `.meta({ unit, description, sweep })` on each. */
  readonly params: z.ZodObject;
  /** Parameters always shown in tables, even at their default. */
  readonly shows: readonly string[];
  /** One grid point may stand for several, as `eps: auto` does. */
  expand?(params: Params): readonly Params[];
  /** Grid points with the same text are fitted together in one call of `fitMany`; others need not be. */
  together(params: Params): string;
  /**
   * Fit grid points together. The i-th answer equals, to the bit, the answer of a call with that point
   * alone: no warm starts across points.
   */
  fitMany(x: Matrix, grid: readonly Params[], context: FitContext): Fit[];
  /** The rule by which new rows get a cluster. */
  assignment(x: Matrix, params: Params, fit: Fit): Assignment;
  /** What fitting these points together on n×d rows will need; work is admitted or refused by it. */
  cost(n: number, d: number, grid: readonly Params[]): Cost;
  /**
   * The parameters for a resample of `share` of the rows, where the density of rows enters them (DBSCAN's eps).
   * Default: unchanged.
   */
  underResample?(params: Params, share: number, columns: number): Params;
}

/** Declare an algorithm with its parameter types checked; the registry sees it without them. */
export function defineAlgorithm<S extends z.ZodObject>(algorithm: {
  name: string;
  title: string;
  version: number;
  cites: readonly ReferenceKey[];
  complexity: string;
  departures: readonly string[];
  seeAlso: Readonly<Record<string, string>>;
  can: Algorithm["can"];
  params: S;
  shows: readonly (keyof z.output<S> & string)[];
  expand?(params: z.output<S>): readonly z.output<S>[];
  together(params: z.output<S>): string;
  fitMany(x: Matrix, grid: readonly z.output<S>[], context: FitContext): Fit[];
  assignment(x: Matrix, params: z.output<S>, fit: Fit): Assignment;
  cost(n: number, d: number, grid: readonly z.output<S>[]): Cost;
  underResample?(params: z.output<S>, share: number, columns: number): z.output<S>;
}): Algorithm {
  return algorithm as unknown as Algorithm;
}

/** One grid point alone. */
export function fitOne(algorithm: Algorithm, x: Matrix, params: Params, context: FitContext): Fit {
  return algorithm.fitMany(x, [params], context)[0]!;
}
