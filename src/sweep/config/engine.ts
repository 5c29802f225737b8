/** `data.engine`: where the rows stay when they are too many for this machine's memory. */
import { z } from "zod";

const duckdb = z
  .strictObject({
    memory: z
      .string()
      .regex(/^\d+(\.\d+)?\s*(MB|GB)$/i, "write a size such as 512MB or 4GB")
      .optional()
      .meta({
        description: "what DuckDB may hold in memory, such as 1GB; the rest goes to temp; default: DuckDB's own",
      }),
    temp: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "folder for the prepared rows while the run lasts; default: the system's" }),
    threads: z.int().min(1).optional().meta({ description: "default: one per core", unit: "threads" }),
  })
  .meta({ description: "a file of any size, in this process" });

const url = (protocols: readonly string[], example: string, variable: string) =>
  z
    .string()
    .refine((text) => isUrl(text, protocols), `write a URL such as ${example}`)
    .refine((text) => passwordOf(text) === "", `a password does not belong in this file; it is taken from ${variable}`)
    .optional()
    .meta({ description: `such as ${example}; the password comes from ${variable}` });

const postgres = z
  .strictObject({
    url: url(["postgres:", "postgresql:"], "postgres://analyst@db.example:5432/shop", "PGPASSWORD"),
  })
  .meta({ description: "a table or view in Postgres; without a url, that of SEGMENTA_POSTGRES_URL" });

const clickhouse = z
  .strictObject({
    url: url(["http:", "https:"], "http://analyst@db.example:8123/shop", "CLICKHOUSE_PASSWORD"),
  })
  .meta({ description: "a table in ClickHouse, Distributed or not; without a url, that of SEGMENTA_CLICKHOUSE_URL" });

export const engineSchema = z
  .union([
    z.enum(["duckdb", "postgres", "clickhouse"]),
    z.strictObject({ duckdb }),
    z.strictObject({ postgres }),
    z.strictObject({ clickhouse }),
  ])
  .transform((written): EngineConfig => {
    if (written === "duckdb") return { kind: "duckdb" };
    if (written === "postgres" || written === "clickhouse") return { kind: written };
    if ("duckdb" in written) return { kind: "duckdb", ...written.duckdb };
    if ("postgres" in written) return { kind: "postgres", ...written.postgres };
    return { kind: "clickhouse", ...written.clickhouse };
  });

export type EngineConfig =
  | {
      readonly kind: "duckdb";
      readonly memory?: string | undefined;
      readonly temp?: string | undefined;
      readonly threads?: number | undefined;
    }
  | { readonly kind: "postgres" | "clickhouse"; readonly url?: string | undefined };

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

function passwordOf(text: string): string {
  return URL.canParse(text) ? new URL(text).password : "";
}
