/** Models to serve in tests: a plain one, and one whose every name is an attack. */
import type { Assignment } from "../../src/cluster/define.js";
import { fitOne } from "../../src/cluster/define.js";
import { algorithms } from "../../src/cluster/registry.js";
import { toMatrix } from "../../src/core/table.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { measureAgreement } from "../../src/pipeline/agreement.js";
import { buildModel } from "../../src/pipeline/build.js";
import { type LoadedModel, loadModel, serializeModel } from "../../src/pipeline/file.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { modelOf, prepared, rules } from "../pipeline/models.js";
import { referenceTable, type tableOf } from "../preprocessing/tables.js";

export const made = prepared();

/** Two crowds of customers with numbers, gaps and a text; the id is CUST_ID. */
export function customers(rule: Assignment = rules(made.space)[0]!): LoadedModel {
  return loadModel(serializeModel(modelOf(made, rule).model));
}

export const script = `<script>alert("1")</script>`;
export const formula = `=HYPERLINK("http://x.example","y")`;

/** Three groups of iris flowers, with hostile names. */
export function hostile(): LoadedModel {
  const iris = referenceTable("iris");
  const names = [`"><img src=x onerror=alert(1)>`, "constructor", "a&b'c", "toString"];
  const table = { ...iris, columns: iris.columns.slice(0, 4).map((column, j) => ({ ...column, name: names[j]! })) };
  return fitted(table, [script, formula, "+1 or -1"]);
}

export function fitted(table: ReturnType<typeof tableOf>, names: readonly string[]): LoadedModel {
  const { table: ready, fitted: preparation } = fitPreparation(table, [{ name: "scale", params: "standard" }]);
  const x = toMatrix(ready);
  const reducer = reducerNamed("none");
  const kmeans = algorithms.find(({ name }) => name === "kmeans")!;
  const params = kmeans.params.parse({ k: names.length });
  const fit = fitOne(kmeans, x, params, { seed: 1 });
  const assignment = kmeans.assignment(x, params, fit);
  const model = buildModel({
    name: "flowers <i>",
    table,
    preparation,
    reduction: { name: "none", version: reducer.version, fitted: {} },
    algorithm: { name: "kmeans", version: kmeans.version, params, seed: 1 },
    assignment,
    labels: fit.labels,
    names,
    agreement: measureAgreement(x, fit.labels, assignment),
    provenance: {},
  });
  return loadModel(serializeModel(model));
}

/** A record of the plain model. */
export const record = { SPEND: 900, RATE: 0.7, CHANNEL: "web", VISITS: 12 };

export const jsonBody = (value: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: typeof value === "string" ? value : JSON.stringify(value),
});

export const csvBody = (text: string, accept = "text/csv"): RequestInit => ({
  method: "POST",
  headers: { "content-type": "text/csv", accept },
  body: text,
});
