import { rooms } from "./rooms.mjs";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.mjs", related: false },
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate: rooms[process.env.SEGMENTA_ROOM].mutate,
  // Other words in a message are not another answer.
  mutator: { excludedMutations: ["StringLiteral"] },
  ignorePatterns: [".cache", "docs", "notebooks"],
  tempDirName: ".cache/stryker",
  reporters: ["clear-text", "html", "json"],
  htmlReporter: { fileName: ".cache/mutation/index.html" },
  jsonReporter: { fileName: ".cache/mutation/mutation.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  warnings: { slow: false },
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 90, low: 80, break: 80 },
};
