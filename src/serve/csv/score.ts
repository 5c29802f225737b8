/**
 * A CSV body scored as it arrives. Of each row only its answer is kept (some 30 bytes and the id), so that a mistake
 * in the last row is still an error and not half an answer.
 */
import { UserError, UserErrors } from "../../core/errors.js";
import { POINT, readNumber, readText } from "../../core/readings.js";
import { shorten } from "../../core/words.js";
import { absentFeature, isBeyond, missingFeature, wrongKind } from "../../pipeline/feature-faults.js";
import type { DriftReport } from "../../pipeline/index.js";
import { type InputFeature, watchDrift } from "../../pipeline/index.js";
import type { Cell } from "../../preprocessing/compile.js";
import type { Limits } from "../limits.js";
import { atRow, type Service } from "../service.js";
import { readRecords } from "./read.js";

export interface ScoredBody {
  readonly rows: number;
  /** The id column the model names, when the body has it. */
  readonly idName: string | null;
  readonly ids: readonly string[];
  readonly labels: ArrayLike<number>;
  readonly margins: ArrayLike<number>;
  /** Names of the features outside the training range, per row. */
  readonly outOfRange: readonly (readonly string[])[];
  readonly drift: DriftReport;
  /** Columns the model does not use. */
  readonly ignored: readonly string[];
}

const NONE: readonly string[] = [];

/** @throws UserError(s) about header, rows and size; `EMPTY_TABLE` for a body without rows */
export async function scoreBody(
  service: Service,
  body: ReadableStream<Uint8Array>,
  limits: Limits,
): Promise<ScoredBody> {
  const { model, compiled } = service;
  const { features } = model.input;
  const drift = watchDrift(model);
  const ids: string[] = [];
  const labels: number[] = [];
  const margins: number[] = [];
  const outOfRange: (readonly string[])[] = [];
  let header: Header | undefined;
  const raw: Cell[] = new Array(features.length).fill(null);

  for await (const { fields, line } of readRecords(body, limits)) {
    if (header === undefined) {
      header = readHeader(fields, service);
      continue;
    }
    const row = labels.length + 1;
    if (row > limits.csvRows) throw tooMany(limits.csvRows);
    if (fields.length !== header.width) throw ragged(fields.length, header.width, line);
    const who = header.id < 0 ? undefined : fields[header.id];
    if (who !== undefined && readText(who) === null) throw missingId(model.input.id!, row, line);
    try {
      const beyond: string[] = [];
      for (let j = 0; j < features.length; j++) {
        const feature = features[j]!;
        const value = readCell(feature, fields[header.places[j]!]!, model.input.missing);
        if (value === undefined) throw wrongKind(feature, fields[header.places[j]!], undefined, 0);
        const missing = value === null || Number.isNaN(value);
        if (missing && !feature.mayBeMissing) throw missingFeature(feature, undefined, 0);
        if (!missing && isBeyond(feature, value)) beyond.push(feature.name);
        raw[j] = value;
      }
      const { label, margin } = compiled.predictRow(raw);
      drift.add(raw, label);
      labels.push(label);
      margins.push(margin);
      outOfRange.push(beyond.length > 0 ? beyond : NONE);
      if (who !== undefined) ids.push(who);
    } catch (error) {
      throw atRow(error, row, who === undefined ? `line ${line}` : `${model.input.id} ${who}, line ${line}`);
    }
  }
  if (labels.length === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: "the body has no rows",
      where: "body",
      mend: "send a header line and at least one row",
    });
  }
  return {
    rows: labels.length,
    idName: header!.id < 0 ? null : model.input.id,
    ids,
    labels,
    margins,
    outOfRange,
    drift: drift.report(),
    ignored: header!.ignored,
  };
}

interface Header {
  readonly width: number;
  /** Field of each feature, and of the id (−1: none). */
  readonly places: readonly number[];
  readonly id: number;
  readonly ignored: readonly string[];
}

function readHeader(fields: readonly string[], { model }: Service): Header {
  const names = fields.map((field) => field.trim());
  const places = new Map<string, number>();
  for (const [at, name] of names.entries()) {
    if (name !== "" && places.has(name)) {
      throw new UserError("NOT_READABLE", {
        what: `two columns are called "${shorten(name, 60)}"`,
        where: "body, line 1",
        mend: "rename one of them",
      });
    }
    places.set(name, at);
  }
  const { features } = model.input;
  const wanted = new Set([...features.map(({ name }) => name), model.input.id]);
  const ignored = names.filter((name) => !wanted.has(name));
  const absent = features.filter(({ name }) => !places.has(name));
  if (absent.length > 0) throw new UserErrors(absent.map((feature) => absentFeature(feature, ignored)));
  return {
    width: names.length,
    places: features.map(({ name }) => places.get(name)!),
    id: model.input.id === null ? -1 : (places.get(model.input.id) ?? -1),
    ignored,
  };
}

/** A cell; a missing number is NaN, a missing text null; undefined for a text where a number should be. */
function readCell(feature: InputFeature, text: string, missing: readonly string[] = []): Cell | undefined {
  if (feature.kind === "text") return readText(text, missing);
  // Other marks than those of training are read where they can mean one thing only, as a file's would be.
  const value = readNumber(text, feature.format, missing) ?? (feature.format ? undefined : readNumber(text, POINT));
  if (value !== undefined) return value;
  const word = text.trim().toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : undefined;
}

function missingId(name: string, row: number, line: number): UserError {
  return new UserError("MISSING_VALUE", {
    what: `row ${row} has no ${name}`,
    where: `body, line ${line}`,
    mend: "give every row an id, or leave that column out",
  });
}

function ragged(found: number, wanted: number, line: number): UserError {
  return new UserError("NOT_READABLE", {
    what: `line ${line} has ${found} field${found === 1 ? "" : "s"}, but the header has ${wanted}`,
    where: `body, line ${line}`,
    mend: "mend that line; a field that holds the delimiter must stand in double quotes",
  });
}

/** Said for JSON and CSV alike. */
export function tooMany(rows: number): UserError {
  return new UserError("BODY_TOO_LARGE", {
    what: `more than ${rows} rows in one request`,
    where: "body",
    mend: `send at most ${rows} rows at a time, or score the file where it lies: segmenta predict model.json customers.csv --out segments.csv`,
  });
}
