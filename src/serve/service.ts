/** A model ready to answer: what requests, uploads and pages ask. Knows nothing of HTTP. */
import { UserError, UserErrors } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { type CompiledModel, compileModel, type LoadedModel, type Model } from "../pipeline/index.js";
import { readRecord } from "../pipeline/score-row.js";
import type { Cell } from "../preprocessing/compile.js";
import { type Reason, reasoner } from "./reasons.js";

/** The answer for one row; plain JSON. */
export interface Answer {
  /** The model that answers: its name and the beginning of its hash. */
  readonly model: string;
  /** The label; −1 for no segment. */
  readonly segment: number;
  readonly name: string;
  /** Runner-up minus winner, in the rule's unit; null when there is no runner-up. */
  readonly margin: number | null;
  readonly runnerUp: string | null;
  /** The features that speak most for the segment, strongest first. */
  readonly reasons?: readonly string[];
  /** Features outside the training range. */
  readonly outOfRange: readonly string[];
  /** Features that were missing and filled by the preparation. */
  readonly imputed: readonly string[];
  readonly notes?: readonly Note[];
}

/** The same with what a page shows beside it. */
export interface Explained extends Answer {
  readonly raw: readonly Cell[];
  readonly because: readonly Reason[];
}

export interface Service {
  readonly model: Model;
  readonly compiled: CompiledModel;
  /** `credit-cards@0123456789ab` */
  readonly id: string;
  /** @throws UserErrors for all that is wrong with the record */
  answer(record: unknown, withReasons?: boolean): Answer;
  /** The answer, and the record as the model read it: values in the order of the features. */
  judge(record: unknown, withReasons: boolean): { readonly answer: Answer; readonly raw: readonly Cell[] };
  explain(record: unknown): Explained;
}

export function createService(loaded: LoadedModel | Model): Service {
  const model = "compiled" in loaded ? loaded.model : loaded;
  const compiled = "compiled" in loaded ? loaded.compiled : compileModel(loaded);
  const { features } = model.input;
  const id = `${model.name}@${model.hash.slice(0, 12)}`;
  const reasonsOf = reasoner(model);

  const judge = (record: unknown, withReasons: boolean): { answer: Answer; raw: Cell[]; because: Reason[] } => {
    if (!isRecord(record)) {
      throw new UserError("BAD_JSON", {
        what: `a row must be an object of features, got ${kindOf(record)}`,
        where: "predict",
        mend: `such as {"${features[0]!.name}": …}; several rows go in a list`,
      });
    }
    const { raw, imputed, outOfRange, notes } = readRecord(record, features);
    const verdict = compiled.predictRow(raw);
    const { label, margin, second } = verdict;
    const known = Number.isFinite(margin);
    const because = withReasons ? reasonsOf(raw, verdict) : [];
    const answer: Answer = {
      model: id,
      segment: label,
      name: compiled.nameOf(label),
      margin: known ? margin : null,
      runnerUp: known ? compiled.nameOf(second) : null,
      ...(withReasons ? { reasons: because.map(({ feature }) => feature) } : {}),
      outOfRange,
      imputed,
      ...(notes.length > 0 ? { notes } : {}),
    };
    return { answer, raw, because };
  };

  return {
    model,
    compiled,
    id,
    judge,
    answer: (record, withReasons = true) => judge(record, withReasons).answer,
    explain(record) {
      const { answer, raw, because } = judge(record, true);
      return { ...answer, raw, because };
    },
  };
}

/** An error about one of several rows says which. Rows count from 1. */
export function atRow(error: unknown, row: number, who?: string): unknown {
  const where = `row ${row}${who === undefined ? "" : ` (${who})`}`;
  const place = ({ code, what, mend }: UserError) => new UserError(code, { what, mend, where });
  if (error instanceof UserErrors) return new UserErrors(error.errors.map(place));
  return error instanceof UserError ? place(error) : error;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
