/** From the words of an experiment to a table in an engine. */
import type { DataConfig } from "../../sweep/config/experiment.js";
import type { EngineTable } from "../../sweep/pushdown/engine.js";

export interface EngineSurroundings {
  /** Where urls and passwords come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths are taken from here. */
  pathOf(path: string): string;
}

/**
 * Open the table that `data` names in the engine it names. The client of a database is loaded only now.
 *
 * @throws UserError `MISSING_OPTIONAL` without its package, `ENGINE_FAILED` without a connection, `NOT_FOUND` without
 *   the table, `UNKNOWN_COLUMN`
 */
export async function openEngineTable(data: DataConfig, { env, pathOf }: EngineSurroundings): Promise<EngineTable> {
  const engine = data.engine!;
  if (engine.kind === "duckdb") {
    const { openDuckDbTable } = await import("./duckdb-engine.js");
    const labels = data.labels === undefined ? undefined : pathOf(data.labels);
    const temp = engine.temp === undefined ? undefined : pathOf(engine.temp);
    return openDuckDbTable({ ...data, path: pathOf(data.path), labels }, { ...engine, temp });
  }
  if (engine.kind === "postgres") {
    const { openPostgresTable } = await import("./postgres-engine.js");
    return openPostgresTable(data, { url: engine.url ?? env["SEGMENTA_POSTGRES_URL"], env });
  }
  const { openClickHouseTable } = await import("./clickhouse-engine.js");
  return openClickHouseTable(data, { url: engine.url ?? env["SEGMENTA_CLICKHOUSE_URL"], env });
}
