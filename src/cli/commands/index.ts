/** Every command; a new one is a file and a line here. */
import type { Command } from "../command.js";
import { describe } from "./describe.js";
import { diff } from "./diff.js";
import { exportModel } from "./export.js";
import { importCommand } from "./import.js";
import { init } from "./init.js";
import { list } from "./list.js";
import { merge } from "./merge.js";
import { notebook } from "./notebook.js";
import { predict } from "./predict.js";
import { profile } from "./profile.js";
import { query } from "./query.js";
import { report } from "./report.js";
import { run } from "./run.js";
import { serve } from "./serve.js";
import { verify } from "./verify.js";
import { worker } from "./worker.js";

export const commands: readonly Command[] = [
  run,
  merge,
  worker,
  diff,
  verify,
  query,
  importCommand,
  report,
  predict,
  profile,
  serve,
  exportModel,
  describe,
  init,
  list,
  notebook,
];
