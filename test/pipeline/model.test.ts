import { beforeAll, describe, expect, test } from "vitest";
import { assign } from "../../src/cluster/assign.js";
import { UserError, UserErrors } from "../../src/core/errors.js";
import { hashOf } from "../../src/core/hash.js";
import { takeTableRows, toMatrix } from "../../src/core/table.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { buildModel } from "../../src/pipeline/build.js";
import { compileModel } from "../../src/pipeline/compile.js";
import { loadModel, parseModel, serializeModel } from "../../src/pipeline/file.js";
import { predict, scoreRow } from "../../src/pipeline/predict.js";
import { type Model, modelJsonSchema } from "../../src/pipeline/schema.js";
import { applyPreparation } from "../../src/preprocessing/preparation.js";
import { tableOf } from "../preprocessing/tables.js";
import { customers, modelOf, type Prepared, prepared, rules } from "./models.js";

const made: Prepared = prepared();
const cases = rules(made.space).map((rule) => [`${rule.rule}${"covarianceType" in rule ? ` ${rule.covarianceType}` : ""}`, rule] as const); // biome-ignore format: one line

function faultOf(run: () => unknown): UserError | UserErrors {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError || error instanceof UserErrors) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
}

describe.each(cases)("a model with the rule %s", (_, rule) => {
  const { model, labels, rule: own } = modelOf(made, rule);
  const text = serializeModel(model);

  test("is read back as it was, to the bit, and answers alike", () => {
    const { model: saved, compiled } = loadModel(text);
    expect(saved).toEqual(model);
    expect(serializeModel(saved)).toBe(text);
    expect(compiled.predictTable(made.table)).toEqual(predict(model, made.table));
  });

  test("gives every training row what preparation, reduction and rule give the batch, to the bit", () => {
    const x = toMatrix(applyPreparation(made.table, model.preparation));
    const reducer = reducerNamed(model.reduction.name);
    const wanted = assign(own, reducer.transform(x, model.reduction.fitted));
    const { labels: found, margins, names, outOfRange } = predict(model, made.table);
    expect(found).toEqual(wanted.labels);
    expect(margins).toEqual(wanted.margins);
    expect(found).toEqual(labels);
    expect(names[0]).toBe(labels[0]! < 0 ? "no segment" : `Segment ${labels[0]! + 1}`);
    expect(outOfRange.every((count) => count === 0)).toBe(true);
  });

  test("gives a row alone what it gives it among others", () => {
    const all = predict(model, made.table);
    for (const i of [0, 5, 119]) {
      const { labels: one, margins } = predict(model, takeTableRows(made.table, [i]));
      expect([one[0], margins[0]]).toEqual([all.labels[i], all.margins[i]]);
    }
  });

  test("has golden rows, sizes that add up, and a hash over everything else", () => {
    expect(model.golden.length).toBeGreaterThanOrEqual(8);
    expect(model.golden.some(({ row }) => row.includes(null))).toBe(true);
    const inSegments = model.segments.reduce((sum, { size }) => sum + size, 0);
    expect(inSegments + model.noise * 120).toBeCloseTo(120, 9);
    const { hash, ...rest } = model;
    expect(hash).toBe(hashOf(rest));
    expect(model.assignment.embedsRows).toBe("points" in own || "medoids" in own);
  });
});

describe("what a model says of its input", () => {
  const { model } = modelOf(made, rules(made.space)[0]!);

  test("features in table order, without those that are dropped, with their training ranges", () => {
    expect(model.input.id).toBe("CUST_ID");
    expect(model.input.features.map(({ name, kind, mayBeMissing }) => [name, kind, mayBeMissing])).toEqual([
      ["SPEND", "number", true],
      ["RATE", "number", true],
      ["CHANNEL", "text", true],
      ["VISITS", "number", true],
    ]);
    const [spend, rate, channel] = model.input.features;
    expect(spend).toMatchObject({ whole: true });
    expect(rate).toMatchObject({ whole: false });
    expect(channel).toMatchObject({ categories: ["shop", "web"] });
    const values = (customers().columns[1]!.values as Float64Array).slice().sort();
    expect(rate).toMatchObject({ min: values[0], max: values[119], median: (values[59]! + values[60]!) / 2 });
  });

  test("a feature no step fills may not be missing", () => {
    const bare = modelOf(
      { ...made, ...prepareBare() },
      { rule: "thresholds", column: 0, thresholds: [50], labels: [0, 1] },
    );
    expect(bare.model.input.features).toMatchObject([{ name: "VISITS", mayBeMissing: false }]);
    expect(faultOf(() => scoreRow(bare.model, { VISITS: null }))).toMatchObject({
      errors: [{ code: "MISSING_VALUE", what: 'the feature "VISITS" has no value, and the model cannot fill it' }],
    });
  });

  test("segments carry medians in the units of the table", () => {
    const [first] = model.segments;
    expect(Object.keys(first!.medians)).toEqual(["SPEND", "RATE", "CHANNEL", "VISITS"]);
    expect(first!.medians["CHANNEL"]).toMatch(/^(web|shop)$/);
    expect(first!.medians["SPEND"]).toBeGreaterThan(80);
  });

  function prepareBare() {
    const table = tableOf({ VISITS: Array.from({ length: 120 }, (_, i) => i) });
    const reduction = { name: "none", version: 1, fitted: {} };
    return { table, preparation: [], reduction, space: toMatrix(table) };
  }
});

describe("asking a model", () => {
  const { model } = modelOf(made, rules(made.space)[0]!);
  const good = { SPEND: 120, RATE: 0.2, CHANNEL: "shop", VISITS: 2 };

  test("one record: segment, margin, runner-up, what was filled and what lies outside", () => {
    const answer = scoreRow(model, { ...good, SPEND: null, VISITS: 400, CHANNEL: "fax", EXTRA: 1 });
    expect(answer).toMatchObject({ imputed: ["SPEND"], outOfRange: ["CHANNEL", "VISITS"] });
    expect(answer.notes).toEqual([{ code: "ignored-column", message: 'the model does not use "EXTRA"' }]);
    const { label, name, runnerUp, margin } = scoreRow(model, good);
    expect([name, runnerUp].sort()).toEqual(["Segment 1", "Segment 2"]);
    expect(name).toBe(`Segment ${label + 1}`);
    expect(margin).toBeGreaterThan(0);
  });

  test("all faults of a record at once, with what was likely meant", () => {
    const { SPEND: _, ...rest } = good;
    const faults = faultOf(() => scoreRow(model, { ...rest, SPENT: 3, RATE: "high", CHANNEL: 7 })) as UserErrors;
    expect(faults.errors.map(({ code, what, mend }) => [code, what, mend])).toEqual([
      ["UNKNOWN_COLUMN", 'the feature "SPEND" is absent', 'is "SPENT" meant? the model calls it "SPEND"'],
      ["NOT_NUMBER", 'the feature "RATE" must be a number, got "high"', "give a number, or leave it empty"],
      ["NOT_NUMBER", 'the feature "CHANNEL" must be a text, got 7', "give a text, or leave it empty"],
    ]);
  });

  test("a table: absent features and text where numbers belong are refused by name and row", () => {
    const table = tableOf({ SPEND: [1, 2], RATE: ["x", "y"], VISITS: [1, 1] }, ["A", "B"]);
    const faults = faultOf(() => predict(model, table)) as UserErrors;
    expect(faults.errors.map(({ code, what }) => [code, what])).toEqual([
      ["NOT_NUMBER", 'the feature "RATE" must be a number, got "x" in row 1 (CUST_ID A)'],
      ["UNKNOWN_COLUMN", 'the feature "CHANNEL" is absent'],
    ]);
  });

  test("a value outside a step's domain, infinite or absurdly far is refused by row", () => {
    const row = (SPEND: number) => tableOf({ SPEND: [100, SPEND], RATE: [0.2, 0.2], CHANNEL: ["web", "web"], VISITS: [1, 1] }); // biome-ignore format: one line
    expect(faultOf(() => predict(model, row(-5)))).toMatchObject({
      code: "OUT_OF_DOMAIN",
      what: 'column "SPEND" is -5; log1p needs values above −1',
      where: "row 2",
    });
    expect(faultOf(() => predict(model, row(Number.POSITIVE_INFINITY)))).toMatchObject({ code: "NOT_FINITE" });
    const scaled = { ...made, preparation: [], reduction: { name: "none", version: 1, fitted: {} } };
    const table = tableOf({ a: Array.from({ length: 120 }, (_, i) => i) });
    const plain = modelOf({ ...scaled, table, space: toMatrix(table) }, { rule: "thresholds", column: 0, thresholds: [9], labels: [0, 1] }); // biome-ignore format: one line
    expect(faultOf(() => scoreRow(plain.model, { a: 1e200 }))).toMatchObject({ code: "OUT_OF_DOMAIN" });
  });

  test("a column of missing values alone passes where it may be missing, whatever it was read as", () => {
    const table = tableOf({ SPEND: [null], RATE: [0.2], CHANNEL: [null], VISITS: [3] });
    expect(predict(model, table).labels).toHaveLength(1);
  });
});

describe("a model file", () => {
  const { model } = modelOf(made, rules(made.space)[0]!);
  const text = serializeModel(model);
  const edited = (change: (copy: Record<string, unknown>) => void, rehash = true): string => {
    const copy = structuredClone(model) as unknown as Record<string, unknown>;
    change(copy);
    if (rehash) {
      const { hash: _, ...rest } = copy;
      copy["hash"] = hashOf(rest);
    }
    return serializeModel(copy as unknown as Model);
  };

  test("with any one byte changed is refused", () => {
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i++) {
      const flipped = Buffer.from(bytes);
      flipped[i] = flipped[i]! ^ (1 << (i % 7));
      const error = faultOf(() => parseModel(flipped.toString("utf8")));
      if (!["BAD_MODEL", "FOREIGN_MODEL"].includes((error as UserError).code)) expect.fail(`byte ${i}: ${error}`);
    }
  });

  test("a last digit that changes no number is seen too", () => {
    const long = /\d\.\d{16}(?=,)/.exec(text)![0];
    const error = faultOf(() => parseModel(text.replace(long, `${long}0`))) as UserError;
    expect(error.what).toBe(
      "the model cannot be trusted: its text is not as it was written: a number or key was changed by hand",
    );
  });

  test("may be laid out anew: spaces between tokens carry nothing", () => {
    expect(parseModel(JSON.stringify(model))).toEqual(model);
    expect(parseModel(text.replaceAll("\n", "\r\n"))).toEqual(model);
  });

  test.each([
    ["not JSON", () => "{", "BAD_MODEL", "it is not JSON"],
    ["another format", () => '{"format":"pickle"}', "FOREIGN_MODEL", 'its format is "pickle"'],
    ["nothing", () => "null", "FOREIGN_MODEL", "its format is not given"],
    [
      "a later version",
      () => edited((copy) => Object.assign(copy, { formatVersion: 2 })),
      "FOREIGN_MODEL",
      "its format version is 2; this program reads version 1",
    ],
    [
      "an unknown field",
      () => edited((copy) => Object.assign(copy, { code: "alert(1)" })),
      "BAD_MODEL",
      'Unrecognized key: "code"',
    ],
    [
      "a changed name",
      () => edited((copy) => Object.assign(copy, { name: "x" }), false),
      "BAD_MODEL",
      "its content has the hash",
    ],
    [
      "an unknown step",
      () => edited((copy) => Object.assign((copy["preparation"] as object[])[0]!, { name: "eval" })),
      "FOREIGN_MODEL",
      "it uses eval version 1, which this program does not know",
    ],
    [
      "a later step",
      () => edited((copy) => Object.assign((copy["preparation"] as object[])[1]!, { version: 9 })),
      "FOREIGN_MODEL",
      "it uses impute version 9, and this program has version 2",
    ],
    [
      "a moved centre",
      () =>
        edited((copy) => {
          (copy["assignment"] as { centres: number[][] }).centres[0]![0]! += 0.5;
        }),
      "BAD_MODEL",
      "golden row 1 should have margin",
    ],
    [
      "swapped centres",
      () =>
        edited((copy) => {
          (copy["assignment"] as { centres: number[][] }).centres.reverse();
        }),
      "BAD_MODEL",
      "golden row 1 should get label",
    ],
    [
      "a centre too many",
      () =>
        edited((copy) => {
          (copy["assignment"] as { centres: number[][] }).centres.push([0, 0]);
        }),
      "BAD_MODEL",
      "answers label 2, and there are 2 segments",
    ],
    [
      "another space",
      () =>
        edited((copy) => {
          (copy["assignment"] as { centres: number[][] }).centres = [[1], [2]];
        }),
      "BAD_MODEL",
      "is made for 1 columns, and the space has 2",
    ],
    [
      "a ragged matrix",
      () =>
        edited((copy) => {
          (copy["assignment"] as { centres: number[][] }).centres = [[1, 2], [2]];
        }),
      "BAD_MODEL",
      "its parts do not fit each other: row 1 has 1 values",
    ],
    [
      "broken fitted values",
      () => edited((copy) => Object.assign((copy["preparation"] as object[])[1]!, { fitted: {} })),
      "BAD_MODEL",
      "its parts do not fit each other",
    ],
  ] as [string, () => string, string, string][])("%s is refused", (_, write, code, words) => {
    // biome-ignore format: a table
    const error = faultOf(() => parseModel(write(), "results/model.json")) as UserError;
    expect([error.code, error.where]).toEqual([code, "results/model.json"]);
    expect(error.what).toContain(words);
    expect(error.mend).toBeTruthy();
  });

  test("follows the published JSON Schema, which is current", async () => {
    await expect(`${JSON.stringify(modelJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      "../../schema/model.schema.json",
    );
  });
});

describe("building a model", () => {
  const { model, labels, rule } = modelOf(made, rules(made.space)[0]!);
  const parts = {
    name: "m",
    ...made,
    algorithm: model.algorithm,
    assignment: rule,
    labels,
    agreement: model.agreement,
    provenance: {},
  };

  test.each([
    ["labels of another table", { labels: labels.slice(1), names: ["a", "b"] }, "119 labels were given for 120 rows"],
    ["too few names", { names: ["a"] }, "1 segment names were given for 2 clusters"],
    ["one name twice", { names: ["a", "a"] }, 'two segments are named "a"'],
  ])("%s is refused", (_, change, what) => {
    expect(faultOf(() => buildModel({ ...parts, ...change }))).toMatchObject({ what });
  });

  let again: Model;
  beforeAll(() => {
    again = modelOf(prepared(), rules(made.space)[0]!).model;
  });

  test("twice gives the same file", () => {
    expect(serializeModel(again)).toBe(serializeModel(model));
  });

  test("a compiled model keeps no memory of the rows before", () => {
    const compiled = compileModel(model);
    const row = [120, 0.2, "shop", 2];
    const first = { ...compiled.predictRow(row) };
    compiled.predictRow([Number.NaN, 0.9, null, 29]);
    expect({ ...compiled.predictRow(row) }).toEqual(first);
  });
});
