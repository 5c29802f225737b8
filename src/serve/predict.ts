/** `POST /predict`: one row, many rows, or a table. */
import { setImmediate } from "node:timers/promises";
import { UserError } from "../core/errors.js";
import { type DriftReport, idHeader, watchDrift } from "../pipeline/index.js";
import { type ScoredBody, scoreBody, tooMany } from "./csv/score.js";
import { textField } from "./csv/write.js";
import type { Limits } from "./limits.js";
import type { Metrics } from "./metrics.js";
import { problem, problemResponse } from "./problem.js";
import { respond, respondJson } from "./respond.js";
import { type Answer, atRow, kindOf, type Service } from "./service.js";

export interface Predictor {
  readonly service: Service;
  readonly metrics: Metrics;
  readonly limits: Limits;
}

/** Rows judged before others get their turn. */
const TURN = 500;

export type BodyKind = "json" | "csv" | undefined;

/** What the body says it is. */
export function bodyKind(contentType: string | undefined): BodyKind {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type === "text/csv") return "csv";
  return type === "application/json" || (type?.startsWith("application/") && type.endsWith("+json"))
    ? "json"
    : undefined;
}

export function unknownBody(contentType: string | undefined): Response {
  const got = contentType === undefined ? "nothing" : JSON.stringify(contentType.slice(0, 80));
  return problemResponse(
    problem(
      "UNSUPPORTED_TYPE",
      `the body must be application/json or text/csv, got ${got}`,
      "set the content-type header",
    ),
  );
}

/** @param read - gives the whole body, its size limited already */
export async function predictJson(
  { service, metrics, limits }: Predictor,
  read: () => Promise<string>,
): Promise<Response> {
  const json = parse(await read().catch(endedEarly));
  const rows = Array.isArray(json) ? json : rowsOf(json);
  if (rows === undefined) {
    const answer = service.answer(json);
    metrics.answer(answer);
    return respondJson(answer);
  }
  if (rows.length > limits.jsonRows) throw tooMany(limits.jsonRows);
  const withReasons = rows.length <= limits.reasonRows;
  const drift = watchDrift(service.model);
  const answers: Answer[] = [];
  for (const [at, record] of rows.entries()) {
    try {
      const { answer, raw } = service.judge(record, withReasons);
      drift.add(raw, answer.segment);
      answers.push(answer);
    } catch (error) {
      throw atRow(error, at + 1);
    }
    if (at % TURN === TURN - 1) await setImmediate();
  }
  // Counted only when all of them are answered.
  for (const answer of answers) metrics.answer(answer);
  return respondJson({ model: service.id, rows: answers, drift: briefly(drift.report()) });
}

function endedEarly(cause: unknown): never {
  throw new UserError("NOT_READABLE", { what: "the body ended before it was whole", where: "body", cause });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("BAD_JSON", {
      what: `the body is not JSON: ${(cause as Error).message.slice(0, 200)}`,
      where: "body",
      mend: "NaN and Infinity are no JSON; null says that a value is not known",
      cause,
    });
  }
}

/** The list of `{"rows": […]}`; undefined when the object is a row itself. */
function rowsOf(json: unknown): readonly unknown[] | undefined {
  if (typeof json !== "object" || json === null || Object.keys(json).length !== 1 || !Object.hasOwn(json, "rows"))
    return undefined;
  const { rows } = json as { rows: unknown };
  if (Array.isArray(rows)) return rows;
  throw new UserError("BAD_JSON", {
    what: `"rows" must be a list, got ${kindOf(rows)}`,
    where: "body",
    mend: 'such as {"rows": [{…}, {…}]}',
  });
}

/**
 * The body is read to its end before the answer begins: a client that reads only when it has sent everything would
 * otherwise wait for us while we wait for it.
 */
export async function predictCsv(
  { service, metrics, limits }: Predictor,
  body: ReadableStream<Uint8Array>,
  { asJson, asIs }: { readonly asJson: boolean; readonly asIs: boolean },
): Promise<Response> {
  const scored = await scoreBody(service, body, limits);
  const nameOf = (row: number) => service.compiled.nameOf(scored.labels[row]!);
  for (let row = 0; row < scored.rows; row++)
    metrics.answer({ name: nameOf(row), outOfRange: scored.outOfRange[row]! });
  const summary = briefly(scored.drift);
  if (asJson) {
    const head = JSON.stringify({ model: service.id, drift: summary, ignored: scored.ignored });
    return respond(stream(jsonRows(scored, nameOf, head)), "application/json; charset=utf-8");
  }
  return respond(stream(csvRows(scored, nameOf, asIs)), "text/csv; charset=utf-8; header=present", 200, {
    "content-disposition": 'attachment; filename="segments.csv"',
    "x-segmenta-model": encodeURIComponent(service.id),
    "x-segmenta-rows": String(scored.rows),
    "x-segmenta-drift": summary.enough ? summary.drifted.map(encodeURIComponent).join(",") || "none" : "too few rows",
    "x-segmenta-mix-drift": `${summary.mix.index.toFixed(4)}${summary.mix.drifted ? "; drifted" : ""}`,
  });
}

function* csvRows(scored: ScoredBody, nameOf: (row: number) => string, asIs: boolean): Generator<string> {
  const { idName, ids, rows, labels, margins, outOfRange } = scored;
  yield `${textField(idHeader(idName), asIs)},segment,name,margin,out_of_range\n`;
  for (let row = 0; row < rows; row++) {
    const who = idName === null ? String(row + 1) : textField(ids[row]!, asIs);
    const margin = Number.isFinite(margins[row]) ? String(margins[row]) : "";
    const beyond = textField(outOfRange[row]!.join("; "), asIs);
    yield `${who},${labels[row]},${textField(nameOf(row), asIs)},${margin},${beyond}\n`;
  }
}

function* jsonRows(scored: ScoredBody, nameOf: (row: number) => string, head: string): Generator<string> {
  yield `${head.slice(0, -1)},"rows":[`;
  for (let row = 0; row < scored.rows; row++) {
    const margin = scored.margins[row]!;
    const answer = {
      ...(scored.idName === null ? {} : { id: scored.ids[row]! }),
      segment: scored.labels[row]!,
      name: nameOf(row),
      margin: Number.isFinite(margin) ? margin : null,
      outOfRange: scored.outOfRange[row]!,
    };
    yield `${row > 0 ? "," : ""}${JSON.stringify(answer)}`;
  }
  yield "]}";
}

/** Lines gathered into chunks, made as they are asked for. */
function stream(lines: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < 65_536) {
        const { done, value } = lines.next();
        if (done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += value;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

function briefly({ enough, drifted, features, mix }: DriftReport) {
  return { enough, drifted, features: Object.fromEntries(features.map(({ feature, index }) => [feature, index])), mix };
}
