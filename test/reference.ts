/**
 * The reference values of scikit-learn, SciPy and R (test/golden/README.md says how they were made and how
 * near to them we must be). The credit-card set is not in the repository: it is read from the folder that
 * the environment variable SEGMENTA_SHARED names, and tests of it say loudly when it is not there.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Matrix, matrix } from "../src/core/matrix.js";
import { numberColumn, type Table } from "../src/core/table.js";

const golden = fileURLToPath(new URL("./golden", import.meta.url));
const shared = process.env["SEGMENTA_SHARED"];

/** The sets that live in the repository. */
export const smallSets = ["iris", "blobs", "moons", "edge"] as const;

/** Every set that is there now: the small ones, and `cc-pca2` where SEGMENTA_SHARED is set. */
export const referenceSets: readonly string[] = shared ? [...smallSets, "cc-pca2"] : smallSets;

/** The folder of the shared data, or undefined (then a line on stderr has said what is left out). */
export const sharedFolder: string | undefined = shared;

/** The path of the real credit-card table, or undefined. */
export const realCards: string | undefined = shared && join(shared, "data", "cc-general.csv");

if (!shared) {
  console.error("LEFT OUT: SEGMENTA_SHARED is not set, so the tests on the real credit-card data do not run");
}

function folderOf(set: string): string {
  return (smallSets as readonly string[]).includes(set) ? golden : join(shared ?? "", "reference");
}

// biome-ignore lint/suspicious/noExplicitAny: reference files are checked by the tests that read them
export type Reference = any;

/** One section of a set's reference, such as `kmeans`; undefined when the set has none. */
export function reference(set: string, section: string): Reference | undefined {
  const path = join(folderOf(set), set, `${section}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8"), revive) : undefined;
}

const revive = (_: string, value: unknown) =>
  value === "Infinity" ? Number.POSITIVE_INFINITY : value === "-Infinity" ? Number.NEGATIVE_INFINITY : value;

/** The rows of a set; an empty field is NaN. */
export function referenceRows(set: string): { names: string[]; rows: number[][]; x: Matrix } {
  const [header, ...lines] = readFileSync(join(folderOf(set), "data", `${set}.csv`), "utf8")
    .trimEnd()
    .split("\n");
  const rows = lines.map((line) => line.split(",").map((field) => (field === "" ? Number.NaN : Number(field))));
  return { names: header!.split(","), rows, x: matrix(rows) };
}

/** A set as a table, as a file reader would give it. */
export function referenceTable(set: string): Table {
  const { names, rows } = referenceRows(set);
  return {
    rows: rows.length,
    columns: names.map((name, j) =>
      numberColumn(
        name,
        Float64Array.from(rows, (row) => row[j]!),
      ),
    ),
    id: null,
  };
}
