/**
 * The spaces of a plan where the rows are. An engine with arrays gets a table of its own with the coordinates of every
 * space; in the others they are computed in each statement, and nothing is written.
 */
import { UserError } from "../../core/errors.js";
import type { Matrix } from "../../core/matrix.js";
import { type Table, toMatrix } from "../../core/table.js";
import { axesOf } from "../../decomposition/axes.js";
import type { FittedReducer } from "../../decomposition/define.js";
import { pcaOf } from "../../decomposition/pca.js";
import { applyPreparation, type PreparedStep } from "../../preprocessing/preparation.js";
import type { OnEvent } from "../events.js";
import type { Plan, SpacePlan } from "../plan.js";
import type { Dialect, Named, Vector } from "./dialect.js";
import type { EngineTable } from "./engine.js";
import { layerOf, type PreparedColumns, prepareColumns } from "./prepare.js";
import {
  covarianceSql,
  deviationsSql,
  momentsSql,
  type Rows,
  readCovariance,
  readDeviations,
  readMoments,
} from "./statements.js";

export interface PushedSpace {
  readonly plan: SpacePlan;
  readonly columns: readonly string[];
  readonly preparation: readonly PreparedStep[];
  readonly reduction: { readonly name: string; readonly version: number; readonly fitted: FittedReducer };
  /** All rows, with the coordinates of this space and of the others of its preparation. */
  readonly rows: Rows;
  readonly vector: Vector;
  /** Mean over columns of the variance (divides by n): the unit of tol. */
  readonly meanVariance: number;
  /** The sample's rows in this space. */
  readonly sample: Matrix;
  /** The same coordinates over the table itself, with the id as `s_id`: for writing labels. */
  readonly labelled: { readonly rows: Rows; readonly vector: Vector };
}

interface PcaValues {
  readonly mean: readonly number[];
  readonly components: readonly (readonly number[])[];
}

/**
 * Fit every preparation and reduction of the plan.
 *
 * @throws UserError for values that cannot be clustered: `NOT_FINITE`, `MISSING_VALUE` naming column and count
 */
export async function pushSpaces(
  table: EngineTable,
  plan: Plan,
  sample: Table,
  tell: OnEvent,
  signal?: AbortSignal,
): Promise<Map<string, PushedSpace>> {
  await refuseInfinite(table, signal);
  const spaces = new Map<string, PushedSpace>();
  const names = new Set([...plan.spaces.values()].map(({ prepare }) => prepare.name));
  for (const name of names) {
    const own = [...plan.spaces.values()].filter(({ prepare }) => prepare.name === name);
    const prepared = await prepareColumns(table, own[0]!.prepare, signal);
    for (const note of prepared.notes) tell({ type: "note", space: name, note });
    await refuseMissing(table, prepared, signal);
    for (const space of await spacesOf(table, own, prepared, sample, spaces.size, tell, signal)) {
      spaces.set(space.plan.name, space);
    }
  }
  return spaces;
}

async function spacesOf(
  table: EngineTable,
  plans: readonly SpacePlan[],
  prepared: PreparedColumns,
  sample: Table,
  serial: number,
  tell: OnEvent,
  signal: AbortSignal | undefined,
): Promise<PushedSpace[]> {
  const { engine } = table;
  const { dialect } = engine;
  const coordinates = preparedLayer(dialect, prepared);
  const inline = { rows: { from: table.from, layers: coordinates.layers }, vector: coordinates.vector };
  const work = await materialise(table, `s_w${serial}`, inline.rows, [inline.vector], signal);
  const base = { rows: work.rows, vector: work.vectors[0]! };
  const treated = toMatrix(applyPreparation(sample, prepared.fitted));

  const reduced: { plan: SpacePlan; fitted: FittedReducer; layers: Rows["layers"]; vector: Vector }[] = [];
  for (const plan of plans.filter(({ reduce }) => reduce !== null)) {
    const { n, means } = await momentsOf(table, base.rows, base.vector, signal);
    const sums = await engine.query(covarianceSql(dialect, base.rows, base.vector, means), signal);
    const covariance = readCovariance(sums, base.vector.cols, n);
    const { params } = plan.reduce!;
    const { fitted, notes } = pcaOf(n, base.vector.cols, axesOf(Float64Array.from(means), covariance), params);
    for (const note of notes) tell({ type: "note", space: plan.name, note });
    reduced.push({ plan, fitted, ...project(dialect, base.vector, fitted as unknown as PcaValues, reduced.length) });
  }
  const layered = { from: base.rows.from, layers: [...base.rows.layers, ...reduced.flatMap(({ layers }) => layers)] };
  const all = [base.vector, ...reduced.map(({ vector }) => vector)];
  const whole =
    reduced.length === 0 ? work : await materialise(table, `s_w${serial}_r`, layered, all, signal, base.rows.from);

  const made: PushedSpace[] = [];
  for (const plan of plans) {
    const at = plan.reduce === null ? 0 : 1 + reduced.findIndex((each) => each.plan === plan);
    const vector = whole.vectors[at]!;
    const { means, moments } = await momentsOf(table, whole.rows, vector, signal);
    const deviations = await engine.query(deviationsSql(dialect, whole.rows, vector.at, means), signal);
    const variances = readDeviations(deviations, moments).map(({ variance }) => variance);
    const fitted = plan.reduce === null ? {} : reduced[at - 1]!.fitted;
    const reducer = plan.reduce?.reducer;
    made.push({
      plan,
      columns: reducer ? reducer.columnNames(fitted, prepared.names) : prepared.names,
      preparation: prepared.fitted,
      reduction: { name: reducer?.name ?? "none", version: reducer?.version ?? 1, fitted },
      rows: whole.rows,
      vector,
      meanVariance: variances.reduce((sum, value) => sum + value, 0) / variances.length,
      sample: reducer ? reducer.transform(treated, fitted) : treated,
      labelled: labelled(table, prepared, plan.reduce === null ? null : (fitted as unknown as PcaValues)),
    });
  }
  return made;
}

/** The prepared columns as a layer over the table, and the vector they make. */
function preparedLayer(
  dialect: Dialect,
  prepared: PreparedColumns,
  more: readonly Named[] = [],
): { layers: Rows["layers"]; vector: Vector } {
  const at = prepared.sql.map((_, j) => `s_x${j}`);
  const columns = prepared.sql.map((sql, j): Named => [at[j]!, dialect.sure(sql)]);
  const layers: (readonly Named[])[] = [[...more, ...columns]];
  if (dialect.vectors === "columns") return { layers, vector: { cols: at.length, at } };
  layers.push([["s_x", `array_value(${at.join(", ")})`]]);
  return { layers, vector: arrayVector("s_x", at.length) };
}

const arrayVector = (name: string, cols: number): Vector => ({
  cols,
  array: name,
  at: Array.from({ length: cols }, (_, j) => `${name}[${j + 1}]`),
});

/** Layers that project: components · (x − mean). */
function project(
  dialect: Dialect,
  vector: Vector,
  { mean, components }: PcaValues,
  serial: number,
): { layers: Rows["layers"]; vector: Vector } {
  const centred = vector.at.map((x, j): Named => [`s_z${serial}_${j}`, `${x} - ${dialect.number(mean[j]!)}`]);
  const sums = components.map((weights) =>
    weights.map((weight, j) => `${dialect.number(weight)} * ${centred[j]![0]}`).join(" + "),
  );
  const name = `s_r${serial}`;
  if (dialect.vectors === "array") {
    const layer: Named[] = [[name, `array_value(${sums.join(", ")})`]];
    return { layers: [centred, layer], vector: arrayVector(name, sums.length) };
  }
  const at = sums.map((_, c) => `${name}_${c}`);
  return { layers: [centred, sums.map((sql, c): Named => [at[c]!, sql])], vector: { cols: at.length, at } };
}

/** A table of the engine's own with one array per space; engines without arrays compute in place. */
async function materialise(
  { engine }: EngineTable,
  name: string,
  rows: Rows,
  vectors: readonly Vector[],
  signal: AbortSignal | undefined,
  replaces?: string,
): Promise<{ rows: Rows; vectors: readonly Vector[] }> {
  if (engine.dialect.vectors === "columns") return { rows, vectors };
  const arrays = vectors.map(({ array }): Named => [array!, array!]);
  await engine.query(
    `CREATE OR REPLACE TABLE ${name} AS ${engine.dialect.layered(rows.from, rows.layers, arrays)}`,
    signal,
  );
  if (replaces !== undefined) await engine.query(`DROP TABLE ${replaces}`, signal);
  return { rows: { from: name, layers: [arrays] }, vectors };
}

/** Coordinates and id straight from the table. */
function labelled(table: EngineTable, prepared: PreparedColumns, pca: PcaValues | null): PushedSpace["labelled"] {
  const { dialect } = table.engine;
  const { layers, vector } = preparedLayer(dialect, prepared, [["s_id", table.id.sql]]);
  if (pca === null) return { rows: { from: table.from, layers }, vector };
  const projected = project(dialect, vector, pca, 0);
  return { rows: { from: table.from, layers: [...layers, ...projected.layers] }, vector: projected.vector };
}

async function momentsOf({ engine }: EngineTable, rows: Rows, vector: Vector, signal: AbortSignal | undefined) {
  const answer = await engine.query(momentsSql(engine.dialect, rows, vector.at), signal);
  const { n, moments } = readMoments(answer, vector.cols);
  return { n, moments, means: moments.map(({ mean }) => mean) };
}

/** As when a file is read into memory: no infinite value is let in. */
async function refuseInfinite(table: EngineTable, signal: AbortSignal | undefined): Promise<void> {
  const { dialect } = table.engine;
  const columns = table.columns.filter(({ kind }) => kind === "number");
  if (columns.length === 0) return;
  const { rows, names } = layerOf(table.from, columns);
  const select = names.map(
    (name, j): Named => [
      `s_i${j}`,
      dialect.double(`count(CASE WHEN abs(${name}) > ${dialect.number(Number.MAX_VALUE)} THEN 1 END)`),
    ],
  );
  const [answer] = await table.engine.query(dialect.layered(rows.from, rows.layers, select), signal);
  const at = answer!.findIndex((count) => Number(count) > 0);
  if (at < 0) return;
  throw new UserError("NOT_FINITE", {
    what: `column "${columns[at]!.name}" is infinite in ${answer![at]} row${answer![at] === 1 ? "" : "s"}; every value must be finite`,
    where: table.name,
    mend: "mend the values, set them to NULL if they are missing, or leave the column out (data.drop)",
  });
}

/** After the last step nothing may be missing. */
async function refuseMissing(
  table: EngineTable,
  prepared: PreparedColumns,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { rows, names } = layerOf(
    table.from,
    prepared.sql.map((sql) => ({ sql })),
  );
  const { dialect } = table.engine;
  const select = names.map((name, j): Named => [`s_n${j}`, dialect.double(`count(${name})`)]);
  const answer = await table.engine.query(
    dialect.layered(rows.from, rows.layers, [["s_n", dialect.count()], ...select]),
    signal,
  );
  const [n, ...present] = answer[0]!.map(Number);
  const at = present.findIndex((count) => count !== n);
  if (at < 0) return;
  throw new UserError("MISSING_VALUE", {
    what: `column "${prepared.names[at]}" has ${n! - present[at]!} missing value${n! - present[at]! === 1 ? "" : "s"} (NULL or NaN) in ${n} rows`,
    where: table.name,
    mend: "add an impute step, such as `impute: median`",
  });
}
