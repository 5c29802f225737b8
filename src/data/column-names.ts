/** The columns of a file, without reading its rows. */
import { withConnection } from "./duckdb.js";
import { explainScanError, openScan } from "./scan.js";
import { formatOf } from "./source.js";

/** @throws UserError as `readTable` for a file that cannot be read */
export async function columnNames(path: string, sheet?: string | number): Promise<string[]> {
  const format = formatOf(path);
  return withConnection(async (connection) => {
    try {
      return (await openScan(connection, path, format, sheet)).columns.map((column) => column.name);
    } catch (error) {
      throw explainScanError(error, path);
    }
  });
}
