/** Every selection rule; a new one is a file and a line here. */
import { bic } from "./bic.js";
import { borda } from "./borda.js";
import type { Rule } from "./define.js";
import { majority } from "./majority.js";
import { maxSilhouette } from "./max-silhouette.js";

export const rules: readonly Rule[] = [maxSilhouette, majority, borda, bic];
