/** The made-up customers in a database. */
import pg from "pg";
import type { Table } from "../../src/core/table.js";
import { type Server, tellClickHouse } from "./servers.js";

/** A value as SQL; missing cells are NULL in even rows and NaN in odd ones. */
function cell(value: number, row: number, nan: string): string {
  if (Number.isNaN(value)) return row % 2 ? nan : "NULL";
  return String(value);
}

function* valueLists(table: Table, nan: string, keep: (row: number) => boolean = () => true): Generator<string> {
  let list: string[] = [];
  for (let i = 0; i < table.rows; i++) {
    if (!keep(i)) continue;
    const values = table.columns.map((column) => cell((column.values as Float64Array)[i]!, i, nan));
    list.push(`('${table.id!.values[i]}', ${values.join(", ")})`);
    if (list.length === 2000) {
      yield list.join(", ");
      list = [];
    }
  }
  if (list.length > 0) yield list.join(", ");
}

export async function fillPostgres(url: string, password: string, table: Table, name = "customers"): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace("@", `:${password}@`) });
  await client.connect();
  const columns = table.columns.map((column) => `"${column.name}" double precision`).join(", ");
  await client.query(`CREATE TABLE ${name} ("ID" text, ${columns})`);
  for (const list of valueLists(table, "'NaN'")) await client.query(`INSERT INTO ${name} VALUES ${list}`);
  await client.query(`ANALYZE ${name}`);
  await client.end();
}

export async function fillClickHouse(
  shards: readonly Server[],
  password: string,
  table: Table,
  name = "customers",
): Promise<void> {
  const columns = table.columns.map((column) => `${column.name} Nullable(Float64)`).join(", ");
  for (const [at, { port }] of shards.entries()) {
    await tellClickHouse(
      port,
      password,
      `CREATE TABLE ${name}_local (ID String, ${columns}) ENGINE = MergeTree ORDER BY tuple()`,
    );
    await tellClickHouse(
      port,
      password,
      `CREATE TABLE ${name} AS ${name}_local ENGINE = Distributed(pair, default, ${name}_local)`,
    );
    for (const list of valueLists(table, "nan", (row) => row % shards.length === at)) {
      await tellClickHouse(port, password, `INSERT INTO ${name}_local VALUES ${list}`);
    }
  }
}
