/** What a report is made of: plain data, so that a report can be built from a run, from files, or in a test. */
import type { Note } from "../core/notes.js";
import type { FigureSpec } from "../figures/index.js";
import type { LeaderboardRow } from "../sweep/leaderboard.js";

export interface ReportColumn {
  readonly name: string;
  readonly title: string;
  readonly better: "higher" | "lower";
}

export interface ReportSegment {
  readonly label: number;
  readonly name: string;
  readonly size: number;
  readonly share: number;
  /** Two sentences. */
  readonly reading: string;
  /** What makes the name true. */
  readonly evidence: readonly string[];
  readonly rule: { readonly text: string; readonly precision: number | null; readonly recall: number } | null;
  /** The strongest features. */
  readonly features: readonly {
    readonly feature: string;
    readonly unit: string | null;
    readonly median: number | null;
    readonly everyone: number | null;
    readonly effect: number;
  }[];
}

export interface ReportFigure {
  /** Unique, a word that can stand in a URL. */
  readonly id: string;
  readonly section: "segments" | "choice";
  readonly spec: FigureSpec;
}

export interface ReportInput {
  readonly title: string;
  readonly question: string;
  /** The decision in one line. */
  readonly headline: string;
  readonly decision: {
    readonly rule: string;
    readonly space: string;
    readonly reasons: readonly string[];
    readonly flags: readonly { readonly code: string; readonly message: string }[];
    /** Trials without an answer; 0 when the sweep is complete. */
    readonly incomplete: number;
  };
  readonly segments: readonly ReportSegment[];
  /** How well the rules do as a whole; null without rules. */
  readonly rules: { readonly trainAccuracy: number | null; readonly crossAccuracy: number | null } | null;
  readonly leaderboard: { readonly columns: readonly ReportColumn[]; readonly rows: readonly LeaderboardRow[] };
  readonly figures: readonly ReportFigure[];
  readonly notes: readonly Note[];
  /** Where the numbers come from, in order. */
  readonly provenance: readonly (readonly [string, string])[];
  /** The resolved config, as text. */
  readonly config: string;
  /** Printed lines of the papers behind the algorithms and indices. */
  readonly references: readonly string[];
  /** Source of a Plotly bundle that draws scatter, bar and heatmap. */
  readonly plotly: string;
}
