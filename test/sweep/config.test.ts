import { describe, expect, test } from "vitest";
import { formatUserError, isUserError, UserErrors } from "../../src/core/errors.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { expandValues } from "../../src/sweep/config/grid.js";
import { experimentJsonSchema } from "../../src/sweep/config/json-schema.js";
import { withoutRegistries } from "../registries.js";

const minimal = `
name: small
data: { path: a.csv }
prepare:
  plain: [ scale: standard ]
sweep:
  kmeans: { k: 2..4 }
`;

/** The whole text a person reads for a config. */
function complaint(text: string, overrides: string[] = []): string {
  try {
    parseExperiment(text, "experiments/x.yaml", overrides);
  } catch (error) {
    if (!isUserError(error)) throw error;
    const errors = error instanceof UserErrors ? error.errors : [error];
    return errors.map(formatUserError).join("\n");
  }
  throw new Error("the config was accepted");
}

describe("a range", () => {
  test.each([
    ["2..5", [2, 3, 4, 5]],
    ["2..10..4", [2, 6, 10]],
    ["5..2", ["5..2"]],
    [
      [1, "3..4"],
      [1, 3, 4],
    ],
    ["ward", ["ward"]],
    [0.5, [0.5]],
  ])("%j stands for %j", (value, expected) => {
    expect(expandValues(value)).toEqual(expected);
  });
});

describe("what is there twice or not at all is said", () => {
  test.each([
    ["sweep.kmeans.k=[]", "the grid of kmeans is empty"],
    ["score.metrics=[silhouette, davies-bouldin, silhouette]", "the metric silhouette is listed twice"],
    ["data.columns=[a, b, a]", "the column a is listed twice"],
  ])("%s", (override, message) => {
    expect(complaint(minimal, [override])).toContain(message);
  });
});

describe("a minimal experiment", () => {
  test("gets the defaults: no reduction, one seed, three metrics, gated-stability, its only preparation as space", () => {
    const experiment = parseExperiment(minimal, "experiments/x.yaml");
    expect(experiment.reduce.map((r) => r.name)).toEqual(["none"]);
    expect(experiment.seeds).toEqual([1]);
    expect(experiment.score.metrics.map((m) => m.name)).toEqual(["silhouette", "davies-bouldin", "calinski-harabasz"]);
    expect(experiment.select.rule.name).toBe("gated-stability");
    expect(experiment.score.space).toBe("plain");
    expect(experiment.sweep[0]!.grid.map((params) => params["k"])).toEqual([2, 3, 4]);
  });

  test("takes overrides in the words of the file", () => {
    const experiment = parseExperiment(minimal, "x.yaml", ["sweep.kmeans.k=[2, 7]", "seeds=3", "data.path=b.parquet"]);
    expect(experiment.sweep[0]!.grid.map((params) => params["k"])).toEqual([2, 7]);
    expect(experiment.seeds).toEqual([1, 2, 3]);
    expect(experiment.data.path).toBe("b.parquet");
  });

  test("takes an override below a key that has no value yet", () => {
    for (const kmeans of ["kmeans:", "kmeans: null", "? kmeans"]) {
      const text = minimal.replace("kmeans: { k: 2..4 }", kmeans);
      expect(parseExperiment(text, "x.yaml", ["sweep.kmeans.k=5"]).sweep[0]!.grid.map(({ k }) => k)).toEqual([5]);
    }
  });

  test("a grid is the product of its lists, repeats left out", () => {
    const text = minimal.replace("kmeans: { k: 2..4 }", "agglomerative: { k: [2, 3, 2], linkage: [ward, average] }");
    const { grid } = parseExperiment(text, "x.yaml").sweep[0]!;
    expect(grid.map(({ k, linkage }) => `${k} ${linkage}`)).toEqual(["2 ward", "2 average", "3 ward", "3 average"]);
  });

  test("a parameter that is a list takes a list as one value, and a list of lists as a grid", () => {
    const columnsOf = (columns: string) => {
      const text = minimal.replace("kmeans: { k: 2..4 }", `zero-cells: { columns: ${columns} }`);
      return parseExperiment(text, "x.yaml").sweep[0]!.grid.map((params) => params["columns"]);
    };
    expect(columnsOf("[0, 1]")).toEqual([[0, 1]]);
    expect(columnsOf("[[0, 1], [2]]")).toEqual([[0, 1], [2]]);
  });

  test("JSON is read as well as YAML", () => {
    const json = JSON.stringify({
      name: "small",
      data: { path: "a.csv" },
      prepare: { plain: [{ scale: "standard" }] },
      sweep: { kmeans: { k: [2] } },
    });
    expect(parseExperiment(json, "x.json").name).toBe("small");
  });
});

describe("a mistake is named with its line and how to mend it", () => {
  test.each([
    ["an unknown key", minimal.replace("sweep:", "swep:\n  kmeans: { k: 2 }\nsweep:"), []],
    ["an unknown algorithm", minimal.replace("kmeans:", "kmean:"), []],
    ["an unknown parameter", minimal.replace("k: 2..4", "k: 2..4, ninit: 3"), []],
    ["a parameter out of range", minimal.replace("k: 2..4", "k: 1"), []],
    ["a word where a number belongs", minimal.replace("k: 2..4", "k: many"), []],
    ["an unknown step", minimal.replace("scale: standard", "scal: standard"), []],
    ["an unknown choice of a step", minimal.replace("standard", "standrad"), []],
    ["an unknown metric", `${minimal}score: { metrics: [silhouete] }`, []],
    ["an unknown rule", `${minimal}select: { rule: majorty }`, []],
    [
      "a rule without the metrics it needs",
      `${minimal}score: { metrics: [silhouette] }\nselect: { rule: majority }`,
      [],
    ],
    ["an unknown space", `${minimal}score: { space: plane }`, []],
    ["a bare space with two preparations", minimal.replace("sweep:", "  other: []\nsweep:"), []],
    ["no reduction to judge in", `${minimal}score: { space: reduced }`, []],
    ["a missing part", minimal.replace("data: { path: a.csv }", ""), []],
    ["broken YAML", "name: [", []],
    ["an override without a value", minimal, ["seeds"]],
    ["an override that is wrong", minimal, ["sweep.kmeans.k=0"]],
    ["an override of a key that is not in the file", minimal, ["sweep.kmean.k=2..4"]],
    ["an override through a text", minimal, ["name.foo=1"]],
    ["an override through a number", `${minimal}seeds: 1`, ["seeds.3=1"]],
    ["an override beyond a list", minimal, ["prepare.plain.1000000000=none"]],
    ["an override beyond a list that is not there", minimal, ["sweep.gmm.k.1000000000=2"]],
    ["an override through a file that is a text", "hello", ["name=1"]],
    ["an override with an alias", minimal, ["seeds=*x"]],
    ["an alias without its anchor", minimal.replace("2..4", "*x"), []],
    ["an alias within its own anchor", minimal.replace("{ k: 2..4 }", "&x { k: *x }"), []],
    ["an override with an alias within its own anchor", minimal, ["seeds=&x [*x]"]],
    ["an override with the name of an object's own", minimal, ["sweep.kmeans.constructor=3"]],
    ["a parameter with the name of an object's own", minimal.replace("k: 2..4", "k: 2, toString: 2"), []],
    ["a grid beyond measure", minimal.replace("2..4", "2..3000, nInit: 1..3000"), []],
    ["several at once", minimal.replace("kmeans:", "kmean:").replace("scale:", "scal:"), []],
  ])("%s", (_, text, overrides) => {
    expect(withoutRegistries(complaint(text, overrides))).toMatchSnapshot();
  });
});

test("the schema for editors knows every algorithm and accepts the shipped form", () => {
  const schema = experimentJsonSchema() as { properties: { sweep: { properties: Record<string, unknown> } } };
  expect(Object.keys(schema.properties.sweep.properties)).toContain("kmeans");
  expect(Object.keys(schema.properties.sweep.properties)).toContain("dbscan");
});
