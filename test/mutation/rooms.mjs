/**
 * The rooms whose answers decide, each with the tests that hold it: those that run in one process and take moments.
 * A mutant that none of them notices would change an answer without a word.
 */
export const rooms = {
  decide: {
    mutate: ["src/sweep/select/**/*.ts"],
    tests: ["test/sweep/{ties,rules,gated-stability}.test.ts"],
  },
  model: {
    mutate: ["src/pipeline/**/*.ts", "!src/pipeline/onnx/**"],
    tests: ["test/pipeline/{agreement,drift,format-json,model,refit}.test.ts"],
  },
  segments: { mutate: ["src/segments/**/*.ts"], tests: ["test/segments/*.test.ts"] },
  results: {
    mutate: ["src/results/{read,schema,tables}.ts", "src/results/gate/*.ts"],
    tests: ["test/results/{read,gate}.test.ts"],
  },
};
