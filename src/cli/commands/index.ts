/** Every command with its work, which is loaded when it runs; a new one is a declaration, its work and a line here. */
import { type Command, command } from "../command.js";
import { describe } from "./describe.js";
import { diff } from "./diff.js";
import { exportModel } from "./export.js";
import { importCommand } from "./import.js";
import { init } from "./init.js";
import { lab } from "./lab.js";
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
  command(run, async () => (await import("../run-experiment.js")).runExperiment),
  command(merge, async () => (await import("../merge-experiment.js")).mergeExperiment),
  command(worker, async () => (await import("../work-on-queue.js")).workOnQueue),
  command(diff, async () => (await import("../diff-experiment.js")).diffExperiment),
  command(verify, async () => (await import("../verify-experiment.js")).verifyExperiment),
  command(query, async () => (await import("../query-results.js")).runQuery),
  command(importCommand, async () => (await import("../import-labels.js")).importFile),
  command(report, async () => (await import("../report-experiment.js")).reportExperiment),
  command(predict, async () => (await import("../predict-file.js")).predictFile),
  command(profile, async () => (await import("../profile-model.js")).profileModel),
  command(serve, async () => (await import("../serve-model.js")).serveModel),
  command(lab, async () => (await import("../serve-lab.js")).serveLab),
  command(exportModel, async () => (await import("../export-file.js")).exportFile),
  command(describe, async () => (await import("../describe-file.js")).describeFile),
  command(init, async () => (await import("../init-experiment.js")).initExperiment),
  command(list, async () => (await import("../listing.js")).printListing),
  command(notebook, async () => (await import("../run-notebooks.js")).notebooks),
];
