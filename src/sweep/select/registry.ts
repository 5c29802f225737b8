/** Every selection rule; a new one is a file and a line here. */
import { bic } from "./bic.js";
import { borda } from "./borda.js";
import type { Rule } from "./define.js";
import { gap1se } from "./gap-1se.js";
import { gatedStability } from "./gated-stability.js";
import { majority, majoritySimplified } from "./majority.js";
import { maxSilhouette } from "./max-silhouette.js";

export const rules: readonly Rule[] = [gatedStability, maxSilhouette, majority, majoritySimplified, borda, bic, gap1se];
