/** What a run tells while it works, for progress bars, notebooks and `--json`. */
import type { Note } from "../core/notes.js";

export type SweepEvent =
  | {
      readonly type: "plan";
      readonly trials: number;
      /** Trials whose fit is stored already. */
      readonly cached: number;
      readonly spaces: readonly string[];
    }
  | { readonly type: "note"; readonly space: string; readonly note: Note }
  | {
      readonly type: "fit";
      readonly algorithm: string;
      readonly space: string;
      readonly trials: number;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: "failed";
      readonly algorithm: string;
      readonly params: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly type: "score";
      readonly metric: string;
      readonly space: string;
      readonly labelings: number;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "select"; readonly rule: string }
  | {
      /** Draws and resamples that a rule needs: null, prediction-strength, jaccard, calibration, gap. */
      readonly type: "evidence";
      readonly stage: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "done"; readonly outcome: string; readonly incomplete: number };

export type OnEvent = (event: SweepEvent) => void;
