/**
 * ClickHouse over HTTP: one server, or a cluster behind a Distributed table, where every statement is sent whole to
 * every shard. A shard that does not answer fails the statement: there is never a part of an answer.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { UserError } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";
import { clickhouse } from "../../sweep/pushdown/dialect.js";
import {
  type EngineColumn,
  EngineLost,
  type EngineTable,
  type SqlEngine,
  type SqlRow,
} from "../../sweep/pushdown/engine.js";
import { chooseColumns, type TableChoice } from "./duckdb-engine.js";
import { badQuery, missingPackage, notConnected } from "./failures.js";
import { type ServerOptions, tableIsThere } from "./postgres-engine.js";

const NUMBERS = /^(U?Int\d+|Float\d+|Decimal.*|Bool)$/;

/** Known to releases from 18.16 on. */
const SETTINGS = {
  skip_unavailable_shards: 0,
  // The whole answer, or an error in its place: never lines and then an error.
  wait_end_of_query: 1,
  max_query_size: "10000000",
  max_ast_elements: "1000000",
  max_expanded_ast_elements: "50000000",
  output_format_json_quote_64bit_integers: 0,
} as const;

/**
 * A table: `customers`, or `shop.customers` in another database.
 *
 * @throws UserError `MISSING_OPTIONAL`, `ENGINE_FAILED`, `NOT_FOUND`, `UNKNOWN_COLUMN`
 */
export async function openClickHouseTable(choice: TableChoice, options: ServerOptions): Promise<EngineTable> {
  const engine = await connect(options);
  try {
    const { quote, text } = clickhouse;
    const name = choice.table!;
    const { database, table } = split(name);
    const where = database === undefined ? "currentDatabase()" : text(database);
    const described = await engine.query(
      `SELECT name, type FROM system.columns WHERE database = ${where} AND table = ${text(table)}`,
    );
    if (described.length === 0) {
      const known = await engine.query(`SELECT name FROM system.tables WHERE database = ${where} ORDER BY name`);
      const names = known.map(([each]) => String(each));
      throw new UserError("NOT_FOUND", {
        what: `no table "${name}" in the database`,
        where: "data.table",
        mend: names.length > 0 ? didYouMean(table, names) : "the database has no table this user may see",
      });
    }
    const all = described.map(([column, type]) => ({ name: String(column), type: String(type) }));
    const { listed, id } = chooseColumns(all, choice, name);
    const columns = listed.map((column): EngineColumn => ({ name: column.name, ...columnSql(column) }));
    const found: EngineTable = {
      engine,
      name,
      from: fullName(name),
      columns,
      id: { name: id!.name, sql: `toString(${quote(id!.name)})` },
    };
    const { labels } = choice;
    if (labels === undefined) return found;
    const target = fullName(labels);
    if (Number((await engine.query(`EXISTS TABLE ${target}`))[0]![0]) === 1) throw tableIsThere(labels);
    return {
      ...found,
      async writeLabels(select, signal) {
        const fields = `${quote(id!.name)} ${baseType(id!.type) === "String" ? "String" : id!.type}, segment Int32`;
        await engine.query(`CREATE TABLE ${target} (${fields}) ENGINE = MergeTree ORDER BY tuple()`, signal);
        await engine.query(`INSERT INTO ${target} ${select}`, signal);
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function split(name: string): { database: string | undefined; table: string } {
  const dot = name.indexOf(".");
  return dot < 0 ? { database: undefined, table: name } : { database: name.slice(0, dot), table: name.slice(dot + 1) };
}

function fullName(name: string): string {
  const { database, table } = split(name);
  return database === undefined ? clickhouse.quote(table) : `${clickhouse.quote(database)}.${clickhouse.quote(table)}`;
}

const baseType = (type: string) =>
  type.replace(/^(LowCardinality|Nullable)\((.*)\)$/, "$2").replace(/^Nullable\((.*)\)$/, "$1");

function columnSql({ name, type }: { name: string; type: string }): Pick<EngineColumn, "kind" | "sql"> {
  const sql = clickhouse.quote(name);
  const base = baseType(type);
  if (!NUMBERS.test(base)) return { kind: "text", sql: `toString(${sql})` };
  if (!base.startsWith("Float")) return { kind: "number", sql: `toFloat64(${sql})` };
  return { kind: "number", sql: `if(isNaN(toFloat64(${sql})), NULL, toFloat64(${sql}))` };
}

async function connect({ url, env }: ServerOptions): Promise<SqlEngine> {
  const { createClient } = await import("@clickhouse/client").catch((cause: unknown) => {
    throw missingPackage("@clickhouse/client", "clickhouse", cause);
  });
  if (url === undefined) {
    throw new UserError("BAD_CONFIG", {
      what: "no url of ClickHouse is given",
      where: "data.engine",
      mend: "write engine: { clickhouse: { url: http://user@host:8123/database } }, or set SEGMENTA_CLICKHOUSE_URL",
    });
  }
  const at = new URL(url);
  const client = createClient({
    url: `${at.protocol}//${at.host}`,
    username: decodeURIComponent(at.username) || "default",
    password: env["CLICKHOUSE_PASSWORD"] ?? decodeURIComponent(at.password),
    database: at.pathname.slice(1) || "default",
    application: "segmenta",
    request_timeout: 3_600_000,
    // One statement at a time, and minutes between them: a kept connection would often be a dead one.
    keep_alive: { enabled: false },
    log: { level: 127 },
    clickhouse_settings: SETTINGS,
  });
  let name = "ClickHouse";
  const engine: SqlEngine = {
    get name() {
      return name;
    },
    dialect: clickhouse,
    async query(sql, signal) {
      signal?.throwIfAborted();
      try {
        return await rowsOf(client, sql, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw failure(name, error);
      }
    },
    close: () => client.close(),
  };
  try {
    const [version] = await rowsOf(client, "SELECT version()");
    name = `ClickHouse ${version![0]}`;
  } catch (cause) {
    await client.close();
    const said = messageOf(cause);
    throw notConnected(
      "ClickHouse",
      said,
      /password|user|authentication/i.test(said)
        ? "check the user in the url, and the password in CLICKHOUSE_PASSWORD"
        : "check the url (data.engine.clickhouse.url or SEGMENTA_CLICKHOUSE_URL), and that the server runs",
      cause,
    );
  }
  return engine;
}

async function rowsOf(client: ClickHouseClient, sql: string, signal?: AbortSignal): Promise<SqlRow[]> {
  const stop = signal ? { abort_signal: signal } : {};
  if (/^(CREATE|INSERT)/.test(sql)) {
    await client.command({ query: sql, ...stop });
    return [];
  }
  const answer = await client.query({ query: sql, format: "JSONCompact", ...stop });
  const { data } = (await answer.json()) as { data: SqlRow[] };
  return data;
}

const messageOf = (error: unknown) => {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
};

function failure(name: string, error: unknown): UserError {
  const message = messageOf(error);
  const code = String((error as { code?: string }).code ?? "");
  // 209 socket timeout, 210 network error, 279 all connection tries failed, 32 attempt to read after eof, 212: no
  // free connection; and the socket of this process.
  const gone = ["209", "210", "279", "32", "212", "159"].includes(code);
  if (gone || /ECONNRE|EPIPE|socket hang up|Timeout|Connection refused|read after eof|Attempt to read/i.test(message)) {
    return new EngineLost(name, message.split("\n")[0]!.slice(0, 300), error);
  }
  return badQuery(name, message, error);
}
