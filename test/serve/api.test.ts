/** The routes in process: what they answer, and that it is what the model says. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isUserError } from "../../src/core/errors.js";
import { stream } from "../../src/core/rng.js";
import { takeTableRows } from "../../src/core/table.js";
import { createApp } from "../../src/serve/app.js";
import { rowSchema } from "../../src/serve/openapi.js";
import { rules } from "../pipeline/models.js";
import { referenceTable, tableOf } from "../preprocessing/tables.js";
import { csvBody, customers, fitted, jsonBody, made, record } from "./models.js";

const loaded = customers();
const { model, compiled } = loaded;
const app = createApp(loaded);
const ask = async (value: unknown) => (await app.request("/predict", jsonBody(value))).json();

test("one row: segment, name, margin, reasons, and which model says so", async () => {
  const response = await app.request("/predict", jsonBody(record));
  expect(response.status).toBe(200);
  const answer = await response.json();
  const { label, name, margin, runnerUp } = compiled.scoreRow(record);
  expect(answer).toEqual({
    model: `customers@${model.hash.slice(0, 12)}`,
    segment: label,
    name,
    margin,
    runnerUp,
    reasons: expect.any(Array),
    outOfRange: [],
    imputed: [],
  });
  expect(answer.reasons.length).toBeGreaterThan(0);
});

test("many rows, as a list or as {rows}: the answers of one row each, in order", async () => {
  const rows = [record, { ...record, SPEND: null }, { ...record, SPEND: 80, RATE: 0.1, CHANNEL: "shop", VISITS: 2 }];
  const [asList, asRows] = [await ask(rows), await ask({ rows })];
  expect(asList).toEqual(asRows);
  expect(asList.rows).toEqual(await Promise.all(rows.map(ask)));
  expect(asList.rows[1]).toMatchObject({ imputed: ["SPEND"] });
  expect(asList.rows[2].segment).not.toBe(asList.rows[0].segment);
  expect(asList.drift).toMatchObject({ enough: false, drifted: [] });
  expect(await ask([])).toMatchObject({ rows: [] });
});

test("a value outside the training range is answered and named; an unknown feature is ignored with a note", async () => {
  const answer = await ask({ ...record, VISITS: 400, CHANNEL: "fax", COLOUR: "red" });
  expect(answer.outOfRange).toEqual(["CHANNEL", "VISITS"]);
  expect(answer.notes).toEqual([{ code: "ignored-column", message: 'the model does not use "COLOUR"' }]);
});

test("reasons: a feature put back to the typical value costs margin; the typical customer has none", async () => {
  const typical = Object.fromEntries(
    model.input.features.map((f) => [f.name, f.kind === "number" ? f.median : "shop"]),
  );
  expect((await ask(typical)).reasons).toEqual([]);
  const { reasons, segment, margin } = await ask({ ...record, VISITS: typical["VISITS"] });
  expect(reasons).not.toContain("VISITS");
  const without = await ask({ ...record, VISITS: typical["VISITS"], [reasons[0]]: typical[reasons[0]] });
  expect(without.segment !== segment || without.margin < margin).toBe(true);
});

test("above the limit of rows for reasons they are left out, not made up", async () => {
  const small = createApp(loaded, { limits: { reasonRows: 1 } });
  const { rows } = await (await small.request("/predict", jsonBody([record, record]))).json();
  expect(rows[0]).not.toHaveProperty("reasons");
});

test("every assignment rule can be served, and says the same as the model", async () => {
  for (const rule of rules(made.space)) {
    const one = customers(rule);
    const answer = await (await createApp(one).request("/predict", jsonBody(record))).json();
    const { label, name, margin } = one.compiled.scoreRow(record);
    expect(answer, rule.rule).toMatchObject({ segment: label, name, margin });
  }
});

const table = made.table;
const csvOf = (rows: readonly number[]) =>
  [
    ["CUST_ID", ...table.columns.map(({ name }) => name)].join(","),
    ...rows.map((i) =>
      [table.id!.values[i], ...table.columns.map(({ values }) => values[i])]
        .map((v) => (v === null || Number.isNaN(v) ? "" : v))
        .join(","),
    ),
  ].join("\r\n");
const all = Array.from({ length: table.rows }, (_, i) => i);

test("CSV in, CSV out: the model's own labels, names and margins, the ids, and a drift summary", async () => {
  const response = await app.request("/predict", csvBody(csvOf(all)));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
  expect(response.headers.get("x-segmenta-drift")).toBe("none");
  expect(response.headers.get("x-segmenta-rows")).toBe("120");
  const [header, ...lines] = (await response.text()).trimEnd().split("\n");
  expect(header).toBe("CUST_ID,segment,name,margin,out_of_range");
  const { labels, names, margins } = compiled.predictTable(table);
  expect(lines).toEqual(all.map((i) => `${table.id!.values[i]},${labels[i]},${names[i]},${margins[i]},`));
});

test("CSV in, JSON out by Accept", async () => {
  const answer = await (await app.request("/predict", csvBody(csvOf(all), "application/json"))).json();
  const { labels } = compiled.predictTable(table);
  expect(answer.rows.map((row: { segment: number }) => row.segment)).toEqual(Array.from(labels));
  expect(answer).toMatchObject({ ignored: ["NOTES"], drift: { enough: true, drifted: [] } });
});

test("a shifted CSV names the feature that drifted", async () => {
  const lines = csvOf(all)
    .split("\r\n")
    .map((line, i) => {
      if (i === 0) return line;
      const cells = line.split(",");
      return [cells[0], cells[1] === "" ? "" : Number(cells[1]) * 4, ...cells.slice(2)].join(",");
    });
  const response = await app.request("/predict", csvBody(lines.join("\n")));
  expect(response.headers.get("x-segmenta-drift")).toBe("SPEND");
  const shifted = await (await app.request("/predict", csvBody(lines.join("\n"), "application/json"))).json();
  expect(shifted.drift.drifted).toEqual(["SPEND"]);
});

test("GET /model and /segments tell what the model is, and no customer's row", async () => {
  const knn = customers(rules(made.space)[4]!);
  const text = await (await createApp(knn).request("/model")).text();
  expect(JSON.parse(text)).toMatchObject({ rule: "nearest-neighbour", embedsRows: true, idColumn: "CUST_ID" });
  expect(text).not.toContain("points");
  const segments = await (await app.request("/segments")).json();
  expect(segments).toEqual(model.segments);
});

test("the OpenAPI description is made from the model", async () => {
  const document = await (await app.request("/openapi.json")).json();
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths).sort()).toEqual([
    "/healthz",
    "/metrics",
    "/model",
    "/predict",
    "/readyz",
    "/segments",
  ]);
  expect(document.components.schemas.Row).toMatchSnapshot();
  expect(document.paths["/predict"].post.requestBody.required).toBe(true);
  // Every reference leads somewhere.
  for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
    expect(document.components.schemas).toHaveProperty(name!);
  }
});

test("the schema of a row accepts what the service accepts, and nothing else", () => {
  const schema = rowSchema(model);
  const cell = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.boolean(),
    fc.constant([]),
    fc.constant("web"),
  );
  const row = fc.record(
    { SPEND: cell, RATE: cell, CHANNEL: cell, VISITS: cell },
    { requiredKeys: ["CHANNEL", "VISITS"] },
  );
  fc.assert(
    fc.property(row, (value) => {
      const through = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      let accepted = true;
      try {
        compiled.scoreRow(through);
      } catch (error) {
        if (!isUserError(error)) throw error;
        // What the numbers may be (a logarithm's domain, a size) no JSON Schema of one feature says.
        const codes = "errors" in error ? error.errors.map(({ code }) => code) : [error.code];
        accepted = codes.every((code) => code === "OUT_OF_DOMAIN" || code === "NOT_FINITE");
      }
      expect(schema.safeParse(through).success).toBe(accepted);
    }),
    { numRuns: 2000 },
  );
});

test("true and false are 1 and 0 where the training rows held nothing else, in the answer as in the drift", async () => {
  const rng = stream(5, "test/flags");
  const bits = Array.from({ length: 60 }, (_, i) => ({ MEMBER: i % 2, SPEND: (i % 2) * 50 + rng.uniform() }));
  const flags = tableOf({ MEMBER: bits.map(({ MEMBER }) => MEMBER), SPEND: bits.map(({ SPEND }) => SPEND) });
  const one = fitted(flags, ["in", "out"]);
  const send = async (rows: unknown) => (await createApp(one).request("/predict", jsonBody(rows))).json();
  const said = bits.map((row) => ({ ...row, MEMBER: row.MEMBER === 1 }));
  expect(await send(said)).toEqual(await send(bits));
  expect(await send({ MEMBER: true, SPEND: true })).toMatchObject({
    code: "NOT_NUMBER",
    detail: 'the feature "SPEND" must be a number, got true',
  });
  const schema = rowSchema(one.model);
  expect([true, 1, "1"].map((MEMBER) => schema.safeParse({ MEMBER, SPEND: 1 }).success)).toEqual([true, true, false]);
  expect(schema.safeParse({ MEMBER: 1, SPEND: true }).success).toBe(false);
  const document = await (await createApp(one).request("/openapi.json")).json();
  expect(document.components.schemas.Row.properties.MEMBER).toMatchObject({
    anyOf: [{ type: "number" }, { type: "boolean" }],
    description: expect.stringContaining("true is 1, false is 0"),
  });
});

test("metrics count requests by route, rows by segment, values out of range by feature", async () => {
  const fresh = createApp(loaded);
  await fresh.request("/predict", jsonBody([record, { ...record, VISITS: 400 }]));
  await fresh.request("/predict", jsonBody("{"));
  await fresh.request("/../../etc/passwd");
  await fresh.request("/some/trial/0123456789abcdef");
  const text = await (await fresh.request("/metrics")).text();
  const { name } = compiled.scoreRow(record);
  expect(text).toContain(`segmenta_predictions_total{segment="${name}"} 2`);
  expect(text).toContain('segmenta_out_of_range_total{feature="VISITS"} 1');
  expect(text).toContain('segmenta_http_requests_total{route="/predict",method="POST",status="200"} 1');
  expect(text).toContain('segmenta_http_requests_total{route="/predict",method="POST",status="400"} 1');
  expect(text).toContain('segmenta_http_requests_total{route="other",method="GET",status="404"} 2');
  expect(text).not.toContain("0123456789abcdef");
});

test("a request that is refused leaves no rows in the metrics", async () => {
  const fresh = createApp(loaded);
  await fresh.request("/predict", jsonBody([record, {}]));
  expect(await (await fresh.request("/metrics")).text()).toContain('segmenta_predictions_total{segment="Segment 1"} 0');
});

test("health: alive always, ready until it stops", async () => {
  let ready = true;
  const one = createApp(loaded, { isReady: () => ready });
  expect([(await one.request("/healthz")).status, (await one.request("/readyz")).status]).toEqual([200, 200]);
  ready = false;
  expect([(await one.request("/healthz")).status, (await one.request("/readyz")).status]).toEqual([200, 503]);
});

test("requests at the same time do not mix", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    SPEND: 60 + 40 * i,
    RATE: i / 50,
    CHANNEL: i % 2 ? "web" : "shop",
    VISITS: i,
  }));
  const one = await Promise.all(rows.map(ask));
  const alone = rows.map((row) => compiled.scoreRow(row));
  expect(one.map(({ segment, margin }) => [segment, margin])).toEqual(
    alone.map(({ label, margin }) => [label, margin]),
  );
  const batches = await Promise.all([rows, rows.toReversed(), rows].map(ask));
  expect(batches[0].rows).toEqual(batches[2].rows);
  expect(batches[1].rows.toReversed()).toEqual(batches[0].rows);
});

test("a model without an id: rows are numbered", async () => {
  const flowers = fitted(takeTableRows(referenceTable("iris"), all), ["a", "b"]);
  const names = flowers.compiled.features.join(",");
  const response = await createApp(flowers).request("/predict", csvBody(`${names}\n5,3,1,0.2\n6,3,5,2\n`));
  expect((await response.text()).split("\n").slice(0, 2)).toEqual([
    "row,segment,name,margin,out_of_range",
    expect.stringMatching(/^1,/),
  ]);
});
