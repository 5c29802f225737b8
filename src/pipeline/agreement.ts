/**
 * How well a rule for new rows gives the training rows the labels they were judged with. On the rows it was
 * made from a rule flatters itself (a nearest neighbour finds the row itself), so it is also asked about rows
 * it has not seen.
 */
import { assign, newVerdict, rowAssigner } from "../cluster/assign.js";
import type { Assignment } from "../cluster/define.js";
import type { Labels } from "../core/labels.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import { stream } from "../core/rng.js";
import { refitRule } from "./refit.js";
import type { Agreement } from "./schema.js";

const FOLDS = 5;

/** Beyond this many rows a fixed draw of them is measured. */
const MOST_ROWS = 50_000;

export interface AgreementOptions {
  /**
   * Make the same kind of rule from some rows and their labels (the labels stay; nothing is clustered anew).
   * Default: from the rule itself, see `refitRule`.
   */
  readonly refit?: (x: Matrix, labels: Labels) => Assignment;
  readonly seed?: number;
  readonly maxRows?: number;
}

/**
 * Training agreement, leave-one-out for rules that embed the rows, and 5-fold for all. Noise counts as a label:
 * a rule that never answers noise disagrees on every noise row.
 *
 * @param x - n×d, the space the rule judges
 * @param labels - the judged labels, length n
 * @remarks five refits, and about 2n judgements
 */
export function measureAgreement(
  x: Matrix,
  labels: Labels,
  assignment: Assignment,
  { refit = refitRule(assignment), seed = 0, maxRows = MOST_ROWS }: AgreementOptions = {},
): Agreement {
  const all = x.rows <= maxRows ? undefined : stream(seed, "pipeline/agreement").permutation(x.rows).slice(0, maxRows);
  const rows = all?.sort() ?? Int32Array.from({ length: x.rows }, (_, i) => i);
  const measured = all === undefined ? x : takeRows(x, rows);
  const wanted = rows.map((row) => labels[row]!);

  const found = assign(assignment, measured).labels;
  const leaveOneOut = withoutEach(x, rows, assignment);
  return {
    rule: assignment.rule,
    training: shareEqual(found, wanted),
    ...(leaveOneOut === undefined ? {} : { leaveOneOut: shareEqual(leaveOneOut, wanted) }),
    crossValidated: shareEqual(crossLabels(measured, wanted, refit, seed), wanted),
    rows: rows.length,
  };
}

/** The label each row gets from a rule made of the other four folds. */
function crossLabels(
  x: Matrix,
  labels: Labels,
  refit: (x: Matrix, labels: Labels) => Assignment,
  seed: number,
): Labels {
  const order = stream(seed, "pipeline/folds").permutation(x.rows);
  const out = new Int32Array(x.rows);
  const folds = Math.min(FOLDS, x.rows);
  for (let fold = 0; fold < folds; fold++) {
    const held = order.filter((_, at) => at % folds === fold);
    const rest = order.filter((_, at) => at % folds !== fold).sort();
    const rule = refit(
      takeRows(x, rest),
      rest.map((row) => labels[row]!),
    );
    const answers = assign(rule, takeRows(x, held)).labels;
    held.forEach((row, at) => {
      out[row] = answers[at]!;
    });
  }
  return out;
}

/** The label each row gets when its own copy among the embedded points is passed over. */
function withoutEach(x: Matrix, rows: Int32Array, assignment: Assignment): Labels | undefined {
  if (assignment.rule !== "nearest-neighbour" && assignment.rule !== "nearest-core-point") return undefined;
  const own = ownPoints(x, assignment.points);
  const assignRow = rowAssigner(assignment);
  const verdict = newVerdict();
  return rows.map((row) => {
    assignRow(x.data, row * x.cols, verdict, own[row]!);
    return verdict.label;
  });
}

/** Which point is row i: points are rows of x, in their order. −1 for rows that are not among them. */
function ownPoints(x: Matrix, points: Matrix): Int32Array {
  const own = new Int32Array(x.rows).fill(-1);
  let point = 0;
  for (let i = 0; i < x.rows && point < points.rows; i++) {
    let same = true;
    for (let j = 0; j < x.cols && same; j++) same = x.data[i * x.cols + j] === points.data[point * x.cols + j];
    if (same) own[i] = point++;
  }
  return own;
}

function shareEqual(a: Labels, b: Labels): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}
