/** A CSV file taken apart into its records and put together again with more columns. The cells stay as they were. */
import { type CsvCell, csvField, csvRecords, sniffDelimiter } from "../../core/csv.js";

/** Records as texts, empty lines left out: as the service counts rows. */
export const splitRecords = (text: string): string[] => Array.from(csvRecords(text), (record) => record.text);

/** Append columns to every record. */
export function appendColumns(
  records: readonly string[],
  names: readonly string[],
  rows: readonly (readonly CsvCell[])[],
): string {
  const delimiter = sniffDelimiter(records[0] ?? "");
  const line = (record: string, more: readonly CsvCell[]) =>
    `${[record, ...more.map((cell) => csvField(cell, delimiter))].join(delimiter)}\n`;
  return records.map((record, i) => line(record, i === 0 ? names : rows[i - 1]!)).join("");
}
