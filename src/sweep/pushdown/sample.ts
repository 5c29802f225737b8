/**
 * A sample of rows that is the same every time: those whose id has the smallest hashes. It depends neither on the order
 * of the rows, nor on threads, nor on the engine. Starts are sought in it, and profiles are drawn from it.
 */

import { UserError } from "../../core/errors.js";
import { hashOf } from "../../core/hash.js";
import { numberColumn, type Table } from "../../core/table.js";
import type { Named } from "./dialect.js";
import type { EngineTable } from "./engine.js";

export const SAMPLE_ROWS = 20_000;

/** Rows of the table, and a checksum that any change of any cell changes. It is the engine's own: other engines give another. */
export async function fingerprint(
  table: EngineTable,
  signal?: AbortSignal,
): Promise<{ rows: number; checksum: string }> {
  const { engine, from, columns, id } = table;
  const { dialect } = engine;
  const cells = [...columns.map(({ sql }) => sql), id.sql];
  const select: Named[] = [
    ["s_n", dialect.count()],
    ["s_ids", dialect.double(`count(${id.sql})`)],
    ...dialect.fingerprint(cells).map((sql, i): Named => [`s_f${i}`, sql]),
  ];
  const [answer] = await engine.query(dialect.layered(from, [], select), signal);
  const [rows, ids, ...sums] = answer!;
  if (Number(ids) !== Number(rows)) {
    throw new UserError("MISSING_VALUE", {
      what: `${Number(rows) - Number(ids)} of ${rows} rows have no ${id.name}`,
      where: table.name,
      mend: "give every row an id, or name another id column",
    });
  }
  const names = columns.map(({ name, kind }) => [name, kind]);
  return {
    rows: Number(rows),
    checksum: hashOf({
      engine: engine.name.split(" ")[0]!,
      rows: Number(rows),
      names,
      id: id.name,
      sums: sums.map(String),
    }),
  };
}

/**
 * Number columns of the sample, as they stand in the table; in the order of the hashes.
 *
 * @param rows - how many the table has
 */
export async function sampleTable(table: EngineTable, rows: number, signal?: AbortSignal): Promise<Table> {
  const { engine, from, id } = table;
  const { dialect } = engine;
  const columns = table.columns.filter(({ kind }) => kind === "number");
  const names = columns.map((_, j) => `s_v${j}`);
  const layer: Named[] = [["s_hash", dialect.md5(id.sql)], ...columns.map(({ sql }, j): Named => [names[j]!, sql])];
  const select = names.map((name, j): Named => [`s_c${j}`, name]);
  const query = (where: string) =>
    engine.query(
      dialect.layered(
        from,
        [layer],
        select,
        `${where} ORDER BY ${["s_hash", ...names].join(", ")} LIMIT ${SAMPLE_ROWS}`,
      ),
      signal,
    );
  // Few more than are wanted pass this sieve, so that only they are sorted.
  const share = (SAMPLE_ROWS + 6 * Math.sqrt(SAMPLE_ROWS)) / rows;
  const sieve = Math.floor(share * 0x100000000)
    .toString(16)
    .padStart(8, "0");
  let found = await query(share < 1 ? `WHERE s_hash < ${dialect.text(sieve)}` : "");
  if (share < 1 && found.length < SAMPLE_ROWS) found = await query("");
  return {
    rows: found.length,
    columns: columns.map(({ name }, j) =>
      numberColumn(
        name,
        Float64Array.from(found, (cells) => (cells[j] === null ? Number.NaN : Number(cells[j]))),
      ),
    ),
    id: null,
  };
}
