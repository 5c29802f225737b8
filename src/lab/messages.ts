/** What the page and its engine say to each other: plain data both ways. */
import type { ReportInput } from "../report/index.js";
import type { SweepEvent } from "../sweep/events.js";

/** A file, as the page holds it. */
export interface LabFile {
  /** As an experiment names it: `experiments/data/credit-cards.csv`, or the name of a chosen file. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A column of a file, as the page shows it. */
export interface ColumnReading {
  readonly name: string;
  readonly kind: "number" | "text";
  readonly missing: number;
  readonly distinct: number;
  /** The middle value and the ends, or the most frequent texts. */
  readonly content: string;
  readonly skew: number | null;
}

export type Ask =
  /** The text of the lab's script: the first message, since an engine cannot read its own address where the page is a file. */
  | { readonly ask: "begin"; readonly code: string }
  | { readonly ask: "look"; readonly file: LabFile }
  | { readonly ask: "check"; readonly text: string }
  | {
      readonly ask: "run";
      readonly file: LabFile;
      /** YAML. */
      readonly experiment: string;
      /** Text of the domain file that the experiment names, where the page has it. */
      readonly domain: string | null;
      readonly jobs: number;
    }
  | { readonly ask: "stop" }
  | { readonly ask: "score"; readonly file: LabFile; readonly model: string };

/** What was wrong: as `formatUserError` says it, or a fault of ours. */
export interface Problem {
  readonly text: string;
  readonly ours: boolean;
}

export type Tell =
  | {
      readonly tell: "looked";
      readonly rows: number;
      readonly columns: readonly ColumnReading[];
      readonly proposal: string;
    }
  | { readonly tell: "checked"; readonly trials: number }
  | { readonly tell: "event"; readonly event: SweepEvent }
  | {
      readonly tell: "finished";
      readonly files: ReadonlyMap<string, string>;
      readonly report: Omit<ReportInput, "plotly">;
      readonly headline: string;
    }
  | { readonly tell: "stopped" }
  | {
      readonly tell: "scored";
      readonly csv: string;
      readonly rows: number;
      readonly counts: readonly (readonly [string, number])[];
      readonly notes: readonly string[];
    }
  | { readonly tell: "wrong"; readonly during: Ask["ask"]; readonly problems: readonly Problem[] };
