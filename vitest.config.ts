import { defineConfig } from "vitest/config";

/**
 * Files that take more than some seconds, or need a browser, Jupyter, Redis or a database: `npm test` runs them,
 * `npm run test:unit` does not.
 */
export const slow = [
  "test/e2e/**/*.test.ts",
  "test/scale/**/*.test.ts",
  "test/notebook/{command,figure,first-notebook,kernel,notebooks,run}.test.ts",
  "test/cli/{commands,edges,init,signals}.test.ts",
  "test/cluster/hdbscan.test.ts",
  "test/data/bundled.test.ts",
  "test/kernels/{kmeans,knn,linkage,tsne}.test.ts",
  "test/pipeline/onnx.test.ts",
  "test/results/gate.test.ts",
  "test/sweep/{concurrent,disk,evidence,import,kill,limits,pool-stop,shard,workflow}.test.ts",
  "test/web/pages.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    globalSetup: "test/temporary.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.cache/**", ...slow],
        },
      },
      { extends: true, test: { name: "slow", include: slow } },
    ],
  },
});
