/**
 * This repository holds itself to its gate: every committed result is run again, from nothing, and must come out as
 * it stands, to the byte.
 */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { segmenta } from "../sweep/processes.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Experiments with committed results; runs on other data write to `<name>.local`, which is never committed. */
const committed = (() => {
  try {
    return readdirSync(join(root, "results")).filter((name) => !name.endsWith(".local") && !name.startsWith("."));
  } catch {
    return [];
  }
})();

test("there are committed results to hold", () => {
  expect(committed.length, "results/ is empty: run the experiments and commit what they write").toBeGreaterThan(0);
});

test.each(committed)(
  "%s comes out as committed",
  async (name) => {
    const out = join(mkdtempSync(join(tmpdir(), "segmenta-own-")), name);
    const ran = await segmenta(root, "run", name, "--out", out);
    expect(ran.code, ran.err).toBe(0);
    const gate = await segmenta(root, "diff", name, "--results", out, "--against", `results/${name}`, "--strict");
    expect(gate.code, gate.out + gate.err).toBe(0);
    for (const file of ["metrics.csv", "assignments.csv", "selection.json", "model.json"]) {
      const text = (folder: string) => readFileSync(join(folder, file), "utf8");
      expect(text(out) === text(join(root, "results", name)), `${file} differs; segmenta diff saw no change`).toBe(
        true,
      );
    }
  },
  1_800_000,
);
