/** Results folders from a program: `import { readResults } from "segmenta/results"`. */
export { outputOf, resultFiles } from "./output.js";
export { type QueryAnswer, type QueryOptions, queryResults } from "./query.js";
export { readResults, type StoredCurvePoint, type StoredResults, type StoredRow } from "./read.js";
export { parseSelection, type Selection } from "./schema.js";
export { type Check, verifyResults } from "./verify.js";
export { writeResults } from "./write.js";
