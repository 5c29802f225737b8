/** Tables from files and back. */

export { type CsvCell, csvLine, csvText } from "../core/csv.js";
export { columnNames } from "./column-names.js";
export { type Correlations, correlations } from "./correlations.js";
export { type Dependence, dependenceInWords, dependences } from "./dependences.js";
export { type ColumnSummary, describeColumn, describeTable, type NumberSummary, type TextSummary } from "./describe.js";
export { equalRows, type IdLike, idLikeColumns } from "./ids.js";
export { type Data, type DataOptions, explainCustomers, readData, readTable } from "./read-data.js";
export { type ReadOptions, readChunks } from "./read-table.js";
export type { Kind, Wanted } from "./scan.js";
export { type CsvWriter, openCsvWriter, tableHeader, tableRows } from "./write-csv.js";
