/**
 * A raw table as one matrix of numbers, so that a null model can draw tables like it, and back again.
 *
 * Missing numbers are filled with the column's median first: a copula knows no gaps, and observed and null rows are
 * to be treated alike. Texts have no order, and their spelling must not give them one: values are placed along the
 * direction in which the other columns differ most between them. Texts of which one determines the other (a city and
 * its region) are drawn together, as one: apart, a draw would hold cities in regions where they do not lie. A
 * missing text is one more value.
 */
import { quantileSorted } from "../../core/math.js";
import { allocateMatrix, type Matrix } from "../../core/matrix.js";
import { midRanks } from "../../core/statistics.js";
import { symmetricEigen } from "../../core/symmetric.js";
import {
  type Column,
  type NumberColumn,
  numberColumn,
  presentValues,
  type Table,
  type TextColumn,
} from "../../core/table.js";

/** What each column of the matrix stands for. Plain data. */
export type RawColumn =
  | { readonly kind: "number"; readonly name: string }
  /** Texts drawn together; `cells[code]` has one value for each of `names`. */
  | {
      readonly kind: "texts";
      readonly names: readonly string[];
      readonly cells: readonly (readonly (string | null)[])[];
    };

export interface RawRows {
  /** Names of the table's columns, in order. */
  readonly names: readonly string[];
  readonly columns: readonly RawColumn[];
  /** rows × columns, finite. */
  readonly codes: Matrix;
}

/** Texts of more values than this do not help to place those of another. */
const MOST_CELLS = 50;

/**
 * @param rows - which rows of the table, ascending
 * @remarks Fillings and codes are those of the whole table. A column without a single value is 0 throughout; no
 * preparation but one that drops it takes such a table.
 */
export function rawRows(table: Table, rows: Int32Array): RawRows {
  const numbers = table.columns
    .filter((column) => column.kind === "number")
    .map((column) => ({ column, values: filled(column) }));
  const texts = textGroups(table.columns.filter((column) => column.kind === "text"));
  const order = texts.map((group) =>
    placesOf(
      group,
      numbers.map(({ values }) => values),
      texts,
    ),
  );
  const codes = allocateMatrix(rows.length, numbers.length + texts.length);
  const put = (j: number, value: (row: number) => number) => {
    for (let i = 0; i < rows.length; i++) codes.data[i * codes.cols + j] = value(rows[i]!);
  };
  for (const [j, { values }] of numbers.entries()) put(j, (row) => values[row]!);
  for (const [t, { codeOf }] of texts.entries()) put(numbers.length + t, (row) => order[t]![codeOf[row]!]!);
  return {
    names: table.columns.map(({ name }) => name),
    columns: [
      ...numbers.map(({ column }): RawColumn => ({ kind: "number", name: column.name })),
      ...texts.map(({ names, cells }, t): RawColumn => {
        const placed: (readonly (string | null)[])[] = [];
        cells.forEach((cell, code) => {
          placed[order[t]![code]!] = cell;
        });
        return { kind: "texts", names, cells: placed };
      }),
    ],
    codes,
  };
}

/** The table of a matrix of codes; nothing is missing in a number column. */
export function tableOf({ names, columns }: Pick<RawRows, "names" | "columns">, codes: Matrix): Table {
  const at = (j: number) => Float64Array.from({ length: codes.rows }, (_, i) => codes.data[i * codes.cols + j]!);
  const made = columns.flatMap((column, j): Column[] => {
    if (column.kind === "number") return [numberColumn(column.name, at(j))];
    const cells = Array.from(at(j), (code) => column.cells[code]!);
    return column.names.map((name, t) => ({ kind: "text", name, values: cells.map((cell) => cell[t] ?? null) }));
  });
  const byName = new Map(made.map((column) => [column.name, column]));
  return { rows: codes.rows, columns: names.map((name) => byName.get(name)!), id: null };
}

function filled(column: NumberColumn): Float64Array {
  const sorted = Float64Array.from(presentValues(column)).sort();
  const median = sorted.length === 0 ? 0 : quantileSorted(sorted, 0.5);
  return column.values.map((value) => (Number.isNaN(value) ? median : value));
}

/** Texts drawn together: each row's cell, numbered by first appearance. */
interface TextGroup {
  readonly names: readonly string[];
  readonly cells: readonly (readonly (string | null)[])[];
  readonly codeOf: Int32Array;
}

function textGroups(columns: readonly TextColumn[]): TextGroup[] {
  const coded = columns.map((column) => groupOf([column]));
  const groups: TextColumn[][] = [];
  coded.forEach((own, i) => {
    const before = groups.find((members) => members.some((member) => related(coded[columns.indexOf(member)]!, own)));
    if (before) before.push(columns[i]!);
    else groups.push([columns[i]!]);
  });
  return groups.map(groupOf);
}

function groupOf(columns: readonly TextColumn[]): TextGroup {
  const known = new Map<string, number>();
  const cells: (readonly (string | null)[])[] = [];
  const codeOf = Int32Array.from({ length: columns[0]!.values.length }, (_, row) => {
    const cell = columns.map(({ values }) => values[row] ?? null);
    const key = JSON.stringify(cell);
    const code = known.get(key) ?? cells.push(cell) - 1;
    known.set(key, code);
    return code;
  });
  return { names: columns.map(({ name }) => name), cells, codeOf };
}

/** Does one determine the other, by more than being almost all different? */
function related(a: TextGroup, b: TextGroup): boolean {
  const most = Math.max(a.cells.length, b.cells.length);
  if (Math.min(a.cells.length, b.cells.length) < 2 || 2 * most > a.codeOf.length) return false;
  const pairs = new Set(Array.from(a.codeOf, (code, row) => code * b.cells.length + b.codeOf[row]!));
  return pairs.size === most;
}

/** For each code its place along the first axis of the differences between the cells' means. */
function placesOf(group: TextGroup, numbers: readonly Float64Array[], all: readonly TextGroup[]): Int32Array {
  const n = group.codeOf.length;
  const count = group.cells.length;
  const sizes = new Int32Array(count);
  for (const code of group.codeOf) sizes[code]!++;
  const others = all.filter((other) => other !== group && other.cells.length <= MOST_CELLS);
  const features = [...numbers.map(standardRanks), ...others.flatMap(indicators)];
  const means = features.map((values) => {
    const sums = new Float64Array(count);
    for (let i = 0; i < n; i++) sums[group.codeOf[i]!]! += values[i]!;
    return sums.map((sum, code) => sum / sizes[code]!);
  });
  const d = features.length;
  const between = allocateMatrix(d, d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      for (let code = 0; code < count; code++)
        between.data[a * d + b]! += (sizes[code]! / n) * means[a]![code]! * means[b]![code]!;
    }
  }
  const axis = d === 0 ? new Float64Array(0) : symmetricEigen(between).vectors.data.subarray(0, d);
  const at = Float64Array.from({ length: count }, (_, code) =>
    axis.reduce((sum, weight, a) => sum + weight * means[a]![code]!, 0),
  );
  const places = new Int32Array(count);
  const inOrder = Array.from({ length: count }, (_, code) => code);
  inOrder.sort((a, b) => at[a]! - at[b]! || sizes[b]! - sizes[a]! || a - b);
  inOrder.forEach((code, place) => {
    places[code] = place;
  });
  return places;
}

/** Ranks with mean 0 and mean square 1; zeros where all values are equal. */
function standardRanks(values: Float64Array): Float64Array {
  const ranks = midRanks(values);
  const middle = (values.length + 1) / 2;
  const offset = ranks.map((rank) => rank - middle);
  const size = Math.sqrt(offset.reduce((sum, value) => sum + value * value, 0) / values.length);
  return size > 0 ? offset.map((value) => value / size) : offset;
}

/** One column for each cell, centred, so scaled that the columns together weigh as much as one number. */
function indicators({ codeOf, cells }: TextGroup): Float64Array[] {
  return cells.map((_, cell) => {
    const share = codeOf.reduce((count, code) => count + (code === cell ? 1 : 0), 0) / codeOf.length;
    const scale = Math.sqrt(share * Math.max(cells.length - 1, 1));
    return Float64Array.from(codeOf, (code) => ((code === cell ? 1 : 0) - share) / scale);
  });
}
