/** What a service must survive: every refusal is a problem with a code and a way to mend it, never a stack. */
import { expect, test } from "vitest";
import { createApp } from "../../src/serve/app.js";
import { secureHeaders } from "../../src/serve/respond.js";
import { csvBody, customers, formula, hostile, jsonBody, record, script } from "./models.js";

const loaded = customers();
const faults: unknown[] = [];
const app = createApp(loaded, { onFault: (error) => void faults.push(error) });

const head = "CUST_ID,SPEND,RATE,CHANNEL,VISITS";
const deep = `{"SPEND": ${"[".repeat(200_000)}${"]".repeat(200_000)}, "RATE": 0, "CHANNEL": "web", "VISITS": 1}`;
const many = JSON.stringify(Array.from({ length: 10_001 }, () => 0));

const refused: [string, RequestInit, number, string][] = [
  ["malformed JSON", jsonBody("{"), 400, "BAD_JSON"],
  ["an empty body", jsonBody(""), 400, "BAD_JSON"],
  ["NaN, which is no JSON", jsonBody('{"SPEND": NaN}'), 400, "BAD_JSON"],
  ["a number alone", jsonBody("7"), 400, "BAD_JSON"],
  ["a list in a list", jsonBody([[1, 2, 3, 4]]), 400, "BAD_JSON"],
  ["rows that are no list", jsonBody({ rows: 3 }), 400, "BAD_JSON"],
  ["every feature absent", jsonBody({}), 422, "UNKNOWN_COLUMN"],
  ["a misspelt feature", jsonBody({ ...record, VISITS: undefined, VISIT: 3 }), 422, "UNKNOWN_COLUMN"],
  ["a text for a number", jsonBody({ ...record, VISITS: "many" }), 422, "NOT_NUMBER"],
  ["a number for a text", jsonBody({ ...record, CHANNEL: 3 }), 422, "NOT_NUMBER"],
  ["a list for a number", jsonBody({ ...record, VISITS: [1] }), 422, "NOT_NUMBER"],
  ["a very long text for a number", jsonBody({ ...record, VISITS: "x".repeat(100_000) }), 422, "NOT_NUMBER"],
  ["a very deep value", jsonBody(deep), 422, "NOT_NUMBER"],
  ["infinity by overflow", jsonBody('{"SPEND": 1e999, "RATE": 0.1, "CHANNEL": "web", "VISITS": 1}'), 422, "NOT_FINITE"],
  ["a number outside a logarithm's domain", jsonBody({ ...record, VISITS: -5 }), 422, "OUT_OF_DOMAIN"],
  ["one bad row among good ones", jsonBody([record, { ...record, RATE: "?" }]), 422, "NOT_NUMBER"],
  ["too many rows", jsonBody(many), 413, "BODY_TOO_LARGE"],
  ["too many bytes", jsonBody(`{"SPEND": "${"9".repeat(10_000_000)}"}`), 413, "BODY_TOO_LARGE"],
  [
    "another content type",
    { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" },
    415,
    "UNSUPPORTED_TYPE",
  ],
  ["no content type", { method: "POST", body: new Uint8Array([1]) }, 415, "UNSUPPORTED_TYPE"],
  ["a CSV without a body", { method: "POST", headers: { "content-type": "text/csv" } }, 422, "EMPTY_TABLE"],
  ["a CSV without rows", csvBody(`${head}\n`), 422, "EMPTY_TABLE"],
  ["a CSV without a feature", csvBody("CUST_ID,SPEND,RATE,CHANNEL\nA,1,2,web\n"), 422, "UNKNOWN_COLUMN"],
  ["a CSV with a column twice", csvBody(`${head},SPEND\nA,1,2,web,3,1\n`), 400, "NOT_READABLE"],
  ["a CSV with a short line", csvBody(`${head}\nA,1,0.2,web,3\nB,1\n`), 400, "NOT_READABLE"],
  ["a CSV with a text for a number", csvBody(`${head}\nA,1,0.2,web,3\nB,1,0.2,web,lots\n`), 422, "NOT_NUMBER"],
  ["a CSV with a hexadecimal number", csvBody(`${head}\nA,0x10,0.2,web,3\n`), 422, "NOT_NUMBER"],
  ["a CSV with an infinite number", csvBody(`${head}\nA,1e999,0.2,web,3\n`), 422, "NOT_FINITE"],
  ["a CSV with an open quote", csvBody(`${head}\nA,1,0.2,"web,3\nB,1,0.2,web,3\n`), 400, "NOT_READABLE"],
  ["a CSV with text after a quote", csvBody(`${head}\nA,1,0.2,"web"x,3\n`), 400, "NOT_READABLE"],
  ["a CSV with an empty id", csvBody(`${head}\nA,1,0.2,web,3\n,1,0.2,web,3\n`), 422, "MISSING_VALUE"],
  ["a CSV without an id", csvBody(`${head}\n ,1,0.2,web,3\n`), 422, "MISSING_VALUE"],
  ["a CSV with a zero byte", csvBody(`${head}\nA,1,0.2,w\0eb,3\n`), 400, "NOT_READABLE"],
  ["a CSV with one endless line", csvBody(`${head}\n${"A".repeat(300_000)}`), 413, "BODY_TOO_LARGE"],
  ["a CSV that is not UTF-8", { ...csvBody(""), body: Uint8Array.of(0x41, 0xff, 0xfe, 0x0a) }, 400, "NOT_READABLE"],
];

test.each(refused)("%s", async (_, init, status, code) => {
  const response = await app.request("/predict", init);
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  const text = await response.text();
  const problem = JSON.parse(text);
  expect({ status: response.status, code: problem.code }).toEqual({ status, code });
  expect(problem.status).toBe(status);
  expect(text.length).toBeLessThan(5_000);
  expect(text).not.toMatch(/\bat .*\.[jt]s:\d+|node_modules|SEGMENTA|\/src\//);
  // What the JSON parser says differs between versions of Node.
  const detail = problem.detail.replace(/^(the body is not JSON: ).*/s, "$1…");
  expect({ ...problem, detail }).toMatchSnapshot();
  expect(faults).toEqual([]);
});

test("a missing value where the model cannot fill it is refused, by JSON and by CSV", async () => {
  const one = createApp(hostile());
  const names = hostile().compiled.features;
  const row = JSON.stringify(Object.fromEntries(names.map((name, j) => [name, j === 0 ? null : 1])));
  expect(await (await one.request("/predict", jsonBody(row))).json()).toMatchObject({
    code: "MISSING_VALUE",
    status: 422,
  });
  const csv = `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",")}\n,1,1,1\n`;
  expect(await (await one.request("/predict", csvBody(csv))).json()).toMatchObject({
    code: "MISSING_VALUE",
    where: "row 1 (line 2)",
  });
});

test("1e308 where the space has no logarithm lies too far to be measured", async () => {
  const { compiled } = hostile();
  const row = `{${compiled.features.map((name, j) => `${JSON.stringify(name)}: ${j === 2 ? "1e308" : 1}`).join(", ")}}`;
  expect(await (await createApp(hostile()).request("/predict", jsonBody(row))).json()).toMatchObject({
    code: "OUT_OF_DOMAIN",
    status: 422,
  });
});

test("a million rows are refused with advice, and not read to the end", async () => {
  let sent = 0;
  const line = new TextEncoder().encode("A,1,0.2,web,3\n".repeat(1000));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === 0) controller.enqueue(new TextEncoder().encode(`${head}\n`));
      if (sent >= 1_000_000) return controller.close();
      sent += 1000;
      controller.enqueue(line);
    },
  });
  const response = await app.request("/predict", { ...csvBody(""), body, duplex: "half" } as RequestInit);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({
    code: "BODY_TOO_LARGE",
    mend: expect.stringContaining("segmenta predict"),
  });
  expect(sent).toBeLessThan(110_000);
});

test("a CSV beyond its bytes is refused, declared or not", async () => {
  const small = createApp(loaded, { limits: { csvBytes: 100 } });
  const text = `${head}\n${"A,1,0.2,web,3\n".repeat(20)}`;
  expect((await small.request("/predict", csvBody(text))).status).toBe(413);
  const declared = csvBody(`${head}\nA,1,0.2,web,3\n`);
  const headers = { ...(declared.headers as Record<string, string>), "content-length": "101" };
  expect((await small.request("/predict", { ...declared, headers })).status).toBe(413);
});

const names = Array.from({ length: 60_000 }, (_, i) => i.toString(36));

/** A body in pieces of one byte each. */
function dripping(text: string): RequestInit {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => (at < bytes.length ? controller.enqueue(bytes.subarray(at, ++at)) : controller.close()),
  });
  return { ...csvBody(""), body, duplex: "half" } as RequestInit;
}

test.each([
  ["a header of 60,000 names", csvBody(`${names.join(",")}\n`), "UNKNOWN_COLUMN"],
  ["a name of 8 MB", jsonBody({ ["a".repeat(8_000_000)]: 1 }), "UNKNOWN_COLUMN"],
  ["a long line in pieces of one byte", dripping("a".repeat(250_000)), "UNKNOWN_COLUMN"],
] as [string, RequestInit, string][])("%s does not hold up the service", async (_, init, code) => {
  const start = performance.now();
  const response = await app.request("/predict", init);
  expect(await response.json()).toMatchObject({ status: 422, code });
  // Some tens of milliseconds; what grows with the square takes five seconds and more.
  expect(performance.now() - start).toBeLessThan(3_000);
});

const paths = [
  "/../../etc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/assets/..%2f..%2fpackage.json",
  "/assets/../../package.json",
  "//etc/passwd",
  "/%00",
  "/assets/style.css%00.js",
  "/predict/",
  "/model.json",
  "/%ff%fe",
  `/${"a".repeat(8000)}`,
  "/__proto__",
  "/constructor",
];

test.each(paths)("there is nothing at %s", async (path) => {
  const response = await app.request(`http://localhost${path}`);
  expect([404, 405]).toContain(response.status);
  expect(await response.json()).toMatchObject({ code: expect.stringMatching(/NOT_FOUND|METHOD_NOT_ALLOWED/) });
});

test.each(["PUT", "DELETE", "PATCH", "OPTIONS", "GET"])("%s /predict is 405 with what is allowed", async (method) => {
  const response = await app.request("/predict", { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("POST");
});

test("no answer opens itself to other origins, loads from elsewhere, or asks for https for ever", async () => {
  const origin = { origin: "https://evil.example" };
  const answers = await Promise.all([
    app.request("/", { headers: origin }),
    app.request("/docs", { headers: origin }),
    app.request("/model", { headers: origin }),
    app.request("/nowhere", { headers: origin }),
    app.request("/predict", { ...jsonBody(record), headers: { "content-type": "application/json", ...origin } }),
    app.request("/predict", csvBody(`${head}\nA,1,0.2,web,3\n`)),
    app.request("/predict", { method: "OPTIONS", headers: { ...origin, "access-control-request-method": "POST" } }),
  ]);
  for (const { headers } of answers) {
    for (const [name, value] of Object.entries(secureHeaders)) expect(headers.get(name)).toBe(value);
    expect(
      [...headers.keys()].filter((name) => name.startsWith("access-control") || name === "strict-transport-security"),
    ).toEqual([]);
  }
  expect(secureHeaders["content-security-policy"]).not.toContain("unsafe");
});

test("names and ids that are HTML come out escaped on every page", async () => {
  const { compiled, model } = hostile();
  const one = createApp(hostile());
  const form = new URLSearchParams(compiled.features.map((name): [string, string] => [name, "5.1"]));
  const bad = new URLSearchParams(compiled.features.map((name): [string, string] => [name, script]));
  const post = (body: URLSearchParams) =>
    one.request("/", {
      method: "POST",
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  const pages = await Promise.all([
    one.request("/"),
    one.request("/docs"),
    ...model.segments.map(({ label }) => one.request(`/?example=${label}`)),
    post(form),
    post(bad),
    one.request(`/?example=${encodeURIComponent(script)}`),
  ]);
  for (const page of pages) {
    const text = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(text).not.toMatch(/<script|<img|<i>|onerror=alert\(1\)>/);
    expect(text).toContain("&lt;");
  }
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 422, 200]);
});

test("cells that a spreadsheet would run are put behind an apostrophe, unless asked for as they are", async () => {
  const ids = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "-5", "A,B", 'say "hi"'];
  const field = (id: string) => `"${id.replaceAll('"', '""')}"`;
  const body = csvBody(`${head}\n${ids.map((id) => `${field(id)},900,0.7,web,12`).join("\n")}\n`);
  const cells = async (query: string) =>
    (await (await app.request(`/predict${query}`, body)).text())
      .split("\n")
      .slice(1, -1)
      .map((line) => line.replace(/,\d+,Segment \d,.*$/, ""));
  expect(await cells("")).toEqual(["'=1+1", "'+cmd", "'-2+3", "'@SUM(A1)", "'\tx", "-5", '"A,B"', '"say ""hi"""']);
  expect((await cells("?cells=as-is"))[0]).toBe("=1+1");
  const { compiled } = hostile();
  const names = compiled.features.map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
  const answers = await (
    await createApp(hostile()).request(
      "/predict",
      csvBody(`${names}\n5.1,3.5,1.4,0.2\n6.9,3.1,5.4,2.1\n5.5,2.4,3.8,1.1\n`),
    )
  ).text();
  expect(answers).not.toContain(`,${formula}`);
  expect(answers).not.toContain(`,"=`);
});

test("a fault of ours is a plain 500, and its stack goes to the log alone", async () => {
  const seen: unknown[] = [];
  let fails = false;
  const predictRow: typeof loaded.compiled.predictRow = (raw) => {
    if (fails) throw new Error("secret of the inside");
    return loaded.compiled.predictRow(raw);
  };
  const broken = { ...loaded, compiled: { ...loaded.compiled, predictRow } };
  const one = createApp(broken, { onFault: (error) => void seen.push(error) });
  fails = true;
  const response = await one.request("/predict", jsonBody(record));
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    type: "urn:segmenta:problem:internal",
    title: "internal",
    status: 500,
    detail: "the fault is ours; it is in the log of the service",
    code: "INTERNAL",
  });
  expect(seen).toMatchObject([{ message: "secret of the inside" }]);
});
