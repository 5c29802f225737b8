/** `segmenta serve`, `export` and what `predict` says of drift, as a person types them. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { runCommandLine } from "../../src/cli/run-cli.js";
import { serializeModel } from "../../src/pipeline/file.js";
import { exportOnnx } from "../../src/pipeline/onnx/index.js";
import { rules } from "../pipeline/models.js";
import { customers, jsonBody, made, record } from "./models.js";

const loaded = customers();

function folder(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "segmenta-serve-"));
  for (const [name, text] of Object.entries({ "model.json": serializeModel(loaded.model), ...files }))
    writeFileSync(join(root, name), text);
  return root;
}

/** A command under way: what it said, a way to stop it, and its exit code. */
function begin(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stopper = new AbortController();
  const said = { out: "", err: "" };
  const io: Io = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    errIsTerminal: false,
    columns: 80,
    env,
    cwd,
    signal: stopper.signal,
  };
  const code = runCommandLine(argv, io);
  const listening = async () => {
    for (;;) {
      const url = /http:\/\/[\d.]+:\d+/.exec(said.out)?.[0];
      if (url !== undefined) return url;
      const early = await Promise.race([code, new Promise((resolve) => setTimeout(resolve, 5))]);
      if (early !== undefined) throw new Error(`ended with ${early}: ${said.err}`);
    }
  };
  return { said, code, listening, stop: () => stopper.abort(new Error("terminated")) };
}

async function ran(cwd: string, argv: readonly string[], env?: Readonly<Record<string, string>>) {
  const { said, code } = begin(cwd, argv, env);
  return { code: await code, out: said.out.replaceAll(cwd, "<folder>"), err: said.err.replaceAll(cwd, "<folder>") };
}

test("serve: says where, answers, and ends well when told to", async () => {
  const { said, code, listening, stop } = begin(folder(), ["serve", "model.json", "--port", "0", "--log"]);
  const url = await listening();
  const answer = await (await fetch(`${url}/predict`, jsonBody(record))).json();
  expect(answer).toMatchObject({ segment: loaded.compiled.scoreRow(record).label });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain("process_resident_memory_bytes");
  stop();
  expect(await code).toBe(0);
  expect(said.out).toMatch(/^serving customers \(2 segments\) at http:\/\/127\.0\.0\.1:\d+\n$/);
  expect(said.err).toContain('"path":"/predict","status":200');
  expect(said.err).toMatch(/stopped\n$/);
  await expect(fetch(url)).rejects.toThrow();
});

test("serve: the name of an experiment serves its model, and the view beside it", async () => {
  const cwd = folder();
  mkdirSync(join(cwd, "results/shop"), { recursive: true });
  writeFileSync(join(cwd, "results/shop/model.json"), serializeModel(loaded.model));
  const { code, listening, stop } = begin(cwd, ["serve", "shop", "--port", "0"]);
  expect(await (await fetch(`${await listening()}/model`)).json()).toMatchObject({ hash: loaded.model.hash });
  stop();
  expect(await code).toBe(0);
  writeFileSync(join(cwd, "results/shop/view.json"), "{");
  expect(await ran(cwd, ["serve", "shop", "--port", "0"])).toMatchObject({
    code: 2,
    err: expect.stringContaining(join("results", "shop", "view.json")),
  });
});

test("serve: PORT and SEGMENTA_PASSWORD come from the environment; quiet about requests", async () => {
  const { said, code, listening, stop } = begin(folder(), ["serve", "model.json"], {
    PORT: "0",
    SEGMENTA_PASSWORD: "geheim geheim",
  });
  const url = await listening();
  expect((await fetch(`${url}/model`)).status).toBe(401);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  stop();
  expect(await code).toBe(0);
  expect(said.err).toBe("stopped\n");
});

test("serve: a taken port is exit 2", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  const { code, err } = await ran(folder(), ["serve", "model.json", "--port", String(port)]);
  expect(code).toBe(2);
  expect(err).toContain("[PORT_TAKEN]");
  await new Promise((resolve) => other.close(resolve));
});

const tampered = serializeModel(loaded.model).replace(/"seed": \d+/, '"seed": 77');
const refusedServe: [string, string[], Record<string, string>][] = [
  ["a port that is no number", ["serve", "model.json", "--port", "abc"], {}],
  ["a port too high", ["serve", "model.json"], { PORT: "70000" }],
  ["no such model", ["serve", "nowhere.json", "--port", "0"], {}],
  ["a tampered model", ["serve", "tampered.json", "--port", "0"], {}],
  ["no JSON", ["serve", "broken.json", "--port", "0"], {}],
  ["a tunnel without a password", ["serve", "model.json", "--port", "0", "--tunnel"], { NGROK_AUTHTOKEN: "t" }],
  [
    "a tunnel with a short password",
    ["serve", "model.json", "--tunnel", "--password", "abc"],
    { NGROK_AUTHTOKEN: "t" },
  ],
  ["a tunnel without a token", ["serve", "model.json", "--tunnel"], { SEGMENTA_PASSWORD: "long enough" }],
];

test.each(refusedServe)("serve refuses %s, exit 2, no port opened", async (_, argv, env) => {
  const { code, out, err } = await ran(folder({ "tampered.json": tampered, "broken.json": "{" }), argv, env);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.replace(/it is not JSON: .*/, "it is not JSON: …").replace(/[0-9a-f]{12}…/g, "<hash>…")).toMatchSnapshot();
});

test("export writes the ONNX file beside the model, or where it is told", async () => {
  const cwd = folder();
  expect(await ran(cwd, ["export", "model.json"])).toMatchObject({ code: 0, out: "" });
  expect(readFileSync(join(cwd, "model.onnx"))).toEqual(Buffer.from(exportOnnx(loaded.model)));
  expect(await ran(cwd, ["export", "model.json", "--to", "onnx", "--out", "other.bin"])).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, "other.bin"))).toEqual(readFileSync(join(cwd, "model.onnx")));
});

test.each([
  ["another format", ["export", "model.json", "--to", "pmml"]],
  ["a rule that is a search", ["export", "knn.json"]],
  ["a folder that is not there", ["export", "model.json", "--out", "no/where.onnx"]],
  ["a folder for a file", ["export", "model.json", "--out", "taken"]],
] as [string, string[]][])("export refuses %s, exit 2", async (_, argv) => {
  const cwd = folder({ "knn.json": serializeModel(customers(rules(made.space)[4]!).model) });
  mkdirSync(join(cwd, "taken"));
  const { code, err } = await ran(cwd, argv);
  expect(code).toBe(2);
  expect(err).toMatchSnapshot();
});

const csvOf = (factor: number) => {
  const { columns, id } = made.table;
  const cell = (value: unknown) => (value === null || Number.isNaN(value) ? "" : value);
  const rows = id!.values.map((who, i) =>
    [
      who,
      ...columns.map(({ name, values }) => cell(name === "SPEND" ? (values[i] as number) * factor : values[i])),
    ].join(","),
  );
  return [["CUST_ID", ...columns.map(({ name }) => name)].join(","), ...rows, ""].join("\n");
};

test("predict names the feature that drifted, and says nothing when none did", async () => {
  const cwd = folder({ "same.csv": csvOf(1), "risen.csv": csvOf(4) });
  const same = await ran(cwd, ["predict", "model.json", "same.csv", "--out", "a.csv"]);
  expect(same).toMatchObject({ code: 0, err: "wrote 120 rows to a.csv\n" });
  const risen = await ran(cwd, ["predict", "model.json", "risen.csv", "--out", "b.csv"]);
  expect(risen.code).toBe(0);
  expect(risen.err).toMatch(/note: a feature has drifted from the training rows: SPEND \([\d.]+\)/);
});
