/**
 * Postgres, from release 11 on. Everything is computed in place, in a session that may only read, by as many parallel
 * workers as the server gives; only `data.labels` writes, and only its new table.
 */
import type { Client } from "pg";
import { UserError } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";
import { portable } from "../../sweep/pushdown/dialect.js";
import {
  type EngineColumn,
  EngineLost,
  type EngineTable,
  type SqlCell,
  type SqlEngine,
} from "../../sweep/pushdown/engine.js";
import { quoteName } from "../duckdb.js";
import { chooseColumns, type TableChoice } from "./duckdb-engine.js";
import { badQuery, missingPackage, notConnected } from "./failures.js";

export interface ServerOptions {
  readonly url: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const NUMBERS = /^(smallint|integer|bigint|numeric|real|double precision)/;

/**
 * A table, view or materialised view: `customers`, or `shop.customers` in a schema of its own.
 *
 * @throws UserError `MISSING_OPTIONAL`, `ENGINE_FAILED`, `NOT_FOUND`, `UNKNOWN_COLUMN`
 */
export async function openPostgresTable(choice: TableChoice, options: ServerOptions): Promise<EngineTable> {
  const { engine, client } = await connect(options);
  try {
    const name = choice.table!;
    const from = await relation(client, name);
    const described = await client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [from],
    );
    const { listed, id } = chooseColumns(described.rows, choice, name);
    const columns = listed.map((column): EngineColumn => ({ name: column.name, ...columnSql(column) }));
    const found = { engine, name, from, columns, id: { name: id!.name, sql: `CAST(${quoteName(id!.name)} AS text)` } };
    const { labels } = choice;
    if (labels === undefined) return found;
    const target = labels.split(".").map(quoteName).join(".");
    const there = await client.query("SELECT to_regclass($1) AS found", [target]);
    if (there.rows[0].found !== null) throw tableIsThere(labels);
    return {
      ...found,
      async writeLabels(select, signal) {
        await engine.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", signal);
        await engine.query(
          `CREATE TABLE ${target} AS SELECT s_row AS ${quoteName(id!.name)}, s_segment AS segment FROM (${select}) AS l`,
          signal,
        );
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Segments are written to a new table, never over one that is there. */
export function tableIsThere(labels: string): UserError {
  return new UserError("NOT_WRITABLE", {
    what: `the table ${labels} is there already`,
    where: "data.labels",
    mend: "drop it, or name another table",
  });
}

function columnSql({ name, type }: { name: string; type: string }): Pick<EngineColumn, "kind" | "sql"> {
  const sql = quoteName(name);
  if (type === "boolean") return { kind: "number", sql: `CAST(CAST(${sql} AS int) AS double precision)` };
  if (NUMBERS.test(type)) return { kind: "number", sql: `nullif(CAST(${sql} AS double precision), 'NaN'::float8)` };
  return { kind: "text", sql: `CAST(${sql} AS text)` };
}

/** The quoted name of a table that is there. */
async function relation(client: Client, name: string): Promise<string> {
  const quoted = name.split(".").map(quoteName).join(".");
  const found = await client.query("SELECT to_regclass($1) AS found", [quoted]);
  if (found.rows[0].found !== null) return quoted;
  const known = await client.query<{ name: string }>(
    `SELECT CASE WHEN pg_table_is_visible(c.oid) THEN relname ELSE nspname || '.' || relname END AS name
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 LIMIT 50`,
  );
  const names = known.rows.map((row) => row.name);
  throw new UserError("NOT_FOUND", {
    what: `no table "${name}" in the database`,
    where: "data.table",
    mend: names.length > 0 ? didYouMean(name, names) : "the database has no table this user may see",
  });
}

async function connect({ url, env }: ServerOptions): Promise<{ engine: SqlEngine; client: Client }> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    throw missingPackage("pg", "postgres", cause);
  });
  const options = {
    ...(url === undefined
      ? { password: env["PGPASSWORD"] }
      : { connectionString: withPassword(url, env["PGPASSWORD"]) }),
    application_name: "segmenta",
    connectionTimeoutMillis: 10_000,
  };
  const client = new pg.Client(options);
  let lost: Error | undefined;
  // Without a listener a server that goes away would end the process.
  client.on("error", (error) => {
    lost = error;
  });
  try {
    await client.connect();
  } catch (cause) {
    const said = reasonOf(cause);
    throw notConnected(
      "Postgres",
      said,
      /password|authentication|role/i.test(said)
        ? "check the user in the url, and the password in PGPASSWORD"
        : "check the url (data.engine.postgres.url or SEGMENTA_POSTGRES_URL), and that the server runs",
      cause,
    );
  }
  // Shortest texts of doubles that read back as they were, also in old releases.
  await client.query("SET extra_float_digits = 3; SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
  const [shown] = (await client.query("SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid"))
    .rows;
  const name = `Postgres ${String(shown.version).split(" ")[0]}`;
  const engine: SqlEngine = {
    name,
    dialect: portable,
    async query(sql, signal) {
      signal?.throwIfAborted();
      if (lost) throw new EngineLost(name, lost.message, lost);
      const stop = () => void cancel(new pg.Client(options), Number(shown.pid));
      signal?.addEventListener("abort", stop);
      try {
        const answer = await client.query<SqlCell[]>({ text: sql, rowMode: "array" });
        return answer.rows;
      } catch (error) {
        signal?.throwIfAborted();
        throw failure(name, error, lost);
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    close: () => client.end().catch(() => {}),
  };
  return { engine, client };
}

/** The client takes the password of a url alone. */
function withPassword(url: string, password: string | undefined): string {
  const whole = new URL(url);
  if (whole.password === "" && password !== undefined) whole.password = encodeURIComponent(password);
  return whole.href;
}

/** A running statement is stopped from a second connection. */
async function cancel(client: Client, pid: number): Promise<void> {
  try {
    client.on("error", () => {});
    await client.connect();
    await client.query("SELECT pg_cancel_backend($1)", [pid]);
  } catch {
    // The server ends it when it finds its client gone.
  } finally {
    await client.end().catch(() => {});
  }
}

function failure(name: string, error: unknown, lost: Error | undefined): UserError {
  const message = reasonOf(error);
  const code = (error as { code?: string }).code ?? "";
  // Class 57P: the server was told to stop; 08: the connection broke.
  if (lost || /^(08|57P)/.test(code) || /Connection terminated|ECONNRESET|EPIPE|not queryable/.test(message)) {
    return new EngineLost(name, message, error);
  }
  return badQuery(name, message, error);
}

/** Several addresses of a host that all refuse come as an error without words of its own. */
function reasonOf(error: unknown): string {
  const { message, errors } = error as { message?: string; errors?: readonly Error[] };
  return message || errors?.[0]?.message || String(error);
}
