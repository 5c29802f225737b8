/** The work of `segmenta export`: a model file in, an ONNX file out. */
import { UserError } from "../core/errors.js";
import { exportOnnx, requireFormat } from "../pipeline/index.js";
import { writeWhole } from "../sweep/store/temporary.js";
import type { ExportArguments } from "./commands/export.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { requireOther } from "./other-file.js";
import { readModel } from "./read-model.js";

/** Write the file; returns the exit code. */
export async function exportFile(options: ExportArguments, io: Io): Promise<number> {
  const format = requireFormat(options.to);
  const { model, path } = await readModel(options.model, io);
  const bytes = exportOnnx(model);
  const out = options.out ?? `${path.replace(/\.json$/, "")}.${format}`;
  requireOther(io, out, [path]);
  try {
    await writeWhole(pathFrom(io, out), bytes);
  } catch (cause) {
    throw new UserError("NOT_WRITABLE", {
      what: `cannot write ${out}: ${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}`,
      where: "--out",
      mend: "check that the folder is there, may be written, and has room",
      cause,
    });
  }
  io.err(`wrote ${out}: ${bytes.length} bytes, float64, from model ${model.hash.slice(0, 12)}\n`);
  return EXIT.good;
}
