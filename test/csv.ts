/** Lines and fields of a CSV text, for tests that look into the tables a run wrote. */
import { csvFields, csvRecords } from "../src/core/csv.js";

export const parseCsv = (text: string): string[][] => Array.from(csvRecords(text), (record) => csvFields(record.text));
