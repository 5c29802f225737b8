/** What a worker thread does with an evidence task. Pure. */
import { bordersOf } from "./border-work.js";
import { gapDraw } from "./gap-draw.js";
import { nullDraw } from "./null-draw.js";
import { indicesOf, randomClusterings } from "./random.js";
import { bootstrapDraw, splitDraw } from "./resample.js";
import type { EvidenceValues, EvidenceWork } from "./work.js";

export function runEvidence(work: EvidenceWork): EvidenceValues {
  switch (work.kind) {
    case "null":
      return nullDraw(work);
    case "split":
      return splitDraw(work);
    case "bootstrap":
      return bootstrapDraw(work);
    case "random":
      return randomClusterings(work);
    case "borders":
      return bordersOf(work);
    case "indices":
      return indicesOf(work);
    case "gap":
      return gapDraw(work);
  }
}
