/** A model, its view and its results of the bundled customers, made once per process; and the script's modules. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { parse } from "yaml";
import { takeTableRows } from "../../src/core/table.js";
import { readTable } from "../../src/data/index.js";
import { serializeView } from "../../src/pipeline/index.js";
import { resultFiles, writeResults } from "../../src/results/index.js";
import { buildView } from "../../src/results/view.js";
import { parseDomain } from "../../src/segments/index.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { inThread } from "../../src/sweep/execute.js";
import { assembleModel } from "../../src/sweep/model.js";
import { runSweep } from "../../src/sweep/run.js";
import { memoryStore } from "../../src/sweep/store/store.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const money =
  "BALANCE, PURCHASES, ONEOFF_PURCHASES, INSTALLMENTS_PURCHASES, CASH_ADVANCE, CASH_ADVANCE_TRX, PURCHASES_TRX, CREDIT_LIMIT, PAYMENTS, MINIMUM_PAYMENTS";

const config = (name: string, sweep: string) => `
name: ${name}
description: Which customer segments hold up in all 17 columns?
data: { path: customers.csv, id: CUST_ID }
prepare: { standard: [ impute: median, log1p: { columns: [${money}] }, scale: standard ] }
sweep: ${sweep}
score: { space: standard, metrics: [silhouette, davies-bouldin, calinski-harabasz] }
select: { rule: max-silhouette, minClusterShare: 0.01 }
`;

/** The first rows of the bundled customers. */
export async function customers(rows: number) {
  const table = await readTable({ path: join(root, "experiments/data/credit-cards.csv"), id: "CUST_ID" });
  return rows >= table.rows
    ? table
    : takeTableRows(
        table,
        Array.from({ length: rows }, (_, i) => i),
      );
}

/** Run a sweep in memory and write its results to a folder of its own. */
export async function made(name: string, sweep: string, rows = 3000) {
  const experiment = parseExperiment(config(name, sweep), `${name}.yaml`);
  const table = await customers(rows);
  const domain = parseDomain(parse(readFileSync(join(root, "experiments/credit-cards.domain.yaml"), "utf8")));
  const store = memoryStore();
  const result = await runSweep({ experiment, table, store, executor: inThread() });
  const assembled = (await assembleModel(result, table, store, domain))!;
  const view = buildView(result, assembled, table, { domain });
  const folder = join(mkdtempSync(join(tmpdir(), "segmenta-web-")), name);
  const files = resultFiles(result, assembled.segments);
  files.set("model.json", assembled.text);
  files.set("view.json", serializeView(view));
  await writeResults(folder, files);
  return { model: assembled.model, view, folder, table };
}

/** A module of the build, straight from its source: these tests need no build. */
export function readModule(path: string): string {
  const source = readFileSync(join(root, "src", path.replace(/\.js$/, ".ts")), "utf8");
  return ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;
}
