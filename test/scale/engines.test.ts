/** The same rows, the same start: the same answer, wherever the rows are. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { openClickHouseTable } from "../../src/data/engine/clickhouse-engine.js";
import { openDuckDbTable } from "../../src/data/engine/duckdb-engine.js";
import { openPostgresTable } from "../../src/data/engine/postgres-engine.js";
import { duckdbArray, portable } from "../../src/sweep/pushdown/dialect.js";
import type { EngineTable } from "../../src/sweep/pushdown/engine.js";
import { conforms } from "./conform.js";
import { customers, customersCsv } from "./customers.js";
import { fillClickHouse, fillPostgres } from "./fill.js";
import { hasClickHouse, hasPostgres, startClickHousePair, startPostgres } from "./servers.js";

const rows = customers(30_000);
const folder = mkdtempSync(join(tmpdir(), "segmenta-engines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["DuckDB", duckdbArray],
  ["DuckDB in the portable dialect", { ...portable, fingerprint: duckdbArray.fingerprint }],
])("%s", (_, dialect) => {
  let table: EngineTable;
  beforeAll(async () => {
    const path = join(folder, "customers.csv");
    writeFileSync(path, customersCsv(rows));
    table = await openDuckDbTable({ path, id: "ID" }, { dialect, memory: "300MB" });
  });
  afterAll(() => table.engine.close());
  conforms(() => ({ table, rows }));
});

const PASSWORD = "for tests, and 'quoted'".replaceAll(/[^a-z]/g, "-");

describe.runIf(hasPostgres)("Postgres", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let table: EngineTable;
  beforeAll(async () => {
    server = await startPostgres(PASSWORD);
    await fillPostgres(server.url, PASSWORD, rows);
    table = await openPostgresTable(
      { table: "customers", id: "ID" },
      { url: server.url, env: { PGPASSWORD: PASSWORD } },
    );
  });
  afterAll(async () => {
    await table?.engine.close();
    await server?.stop();
  });
  conforms(() => ({ table, rows }));
});

describe.runIf(hasClickHouse)("ClickHouse, two shards behind a Distributed table", () => {
  let pair: Awaited<ReturnType<typeof startClickHousePair>>;
  let table: EngineTable;
  beforeAll(async () => {
    pair = await startClickHousePair(PASSWORD);
    await fillClickHouse(pair.shards, PASSWORD, rows);
    table = await openClickHouseTable(
      { table: "customers", id: "ID" },
      { url: pair.url, env: { CLICKHOUSE_PASSWORD: PASSWORD } },
    );
  });
  afterAll(async () => {
    await table?.engine.close();
    await pair?.stop();
  });
  conforms(() => ({ table, rows }));
});
