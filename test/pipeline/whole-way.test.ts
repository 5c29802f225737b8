/** The whole way, from a raw table to a saved model's answers: on iris, and on the credit cards where they are at hand. */
import { expect, test } from "vitest";
import { fitOne } from "../../src/cluster/define.js";
import { algorithms } from "../../src/cluster/registry.js";
import { type Table, toMatrix } from "../../src/core/table.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { measureAgreement } from "../../src/pipeline/agreement.js";
import { buildModel } from "../../src/pipeline/build.js";
import { loadModel, serializeModel } from "../../src/pipeline/file.js";
import { fitPreparation, type StepChoice } from "../../src/preprocessing/preparation.js";
import { cardTable, referenceTable } from "../preprocessing/tables.js";
import { realCards, reference, referenceRows } from "../reference.js";

const scale: StepChoice = { name: "scale", params: "min-max" };
const cases: [string, Table, StepChoice[]][] = [["iris", referenceTable("iris"), [scale]]];
if (realCards) {
  const logged = reference("cc-pca2", "preprocess").log1p_columns;
  cases.push([
    "credit cards",
    cardTable(realCards),
    [{ name: "impute", params: "median" }, { name: "log1p", params: logged }, scale],
  ]);
}

test.each(cases)(
  "%s: two segments in the plane of two components, made, saved, read and asked",
  (name, table, steps) => {
    const { table: made, fitted } = fitPreparation(table, steps);
    const pca = reducerNamed("pca");
    const x = toMatrix(made);
    const reduced = pca.fit(x, { components: 2 }).fitted;
    const plane = pca.transform(x, reduced);
    if (name === "credit cards") {
      // The reference's own plane, to its tolerance.
      referenceRows("cc-pca2").x.data.forEach((value, at) => {
        if (Math.abs(plane.data[at]! - value) > 1e-9) expect.fail(`value ${at}: ${plane.data[at]} for ${value}`);
      });
    }

    const kmeans = algorithms.find(({ name }) => name === "kmeans")!;
    const params = kmeans.params.parse({ k: 2 });
    const fit = fitOne(kmeans, plane, params, { seed: 1 });
    const assignment = kmeans.assignment(plane, params, fit);
    const agreement = measureAgreement(plane, fit.labels, assignment);
    expect(agreement).toMatchObject({ rule: "nearest-centre", training: 1, rows: table.rows });
    expect(agreement.crossValidated).toBeGreaterThan(0.98);

    const model = buildModel({
      name: "classic",
      table,
      preparation: fitted,
      reduction: { name: "pca", version: pca.version, fitted: reduced },
      algorithm: { name: "kmeans", version: kmeans.version, params, seed: 1 },
      assignment,
      labels: fit.labels,
      names: ["first", "second"],
      agreement,
      provenance: {},
    });
    expect(model.input.features.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name));
    const { compiled } = loadModel(serializeModel(model));
    const { labels } = compiled.predictTable(table);
    expect(labels).toEqual(fit.labels);
  },
);
