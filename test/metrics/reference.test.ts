/** The indices against the reference values of test/golden, at the tolerances its README states. */
import { describe, expect, test } from "vitest";
import { canonicalLabels, renumber } from "../../src/core/labels.js";
import { metrics } from "../../src/metrics/registry.js";
import { silhouetteSamples } from "../../src/metrics/silhouette.js";
import { reference, referenceRows, referenceSets } from "../reference.js";

/** Relative; the edge set has a column at 1e6. */
const tolerance = (set: string) => (set === "edge" ? 1e-8 : 1e-9);

/** The reference's word for a registry name. */
const named: Readonly<Record<string, string>> = {
  silhouette: "silhouette",
  "davies-bouldin": "davies_bouldin",
  "calinski-harabasz": "calinski_harabasz",
  inertia: "inertia",
  dunn: "dunn",
};

function expectNear(received: number | null, expected: number, relative: number, what: string): void {
  expect(received, what).not.toBeNull();
  const error = Math.abs(received! - expected) / Math.max(Math.abs(expected), 1e-300);
  expect(
    error === 0 || error <= relative || Math.abs(received! - expected) < 1e-15,
    `${what}: ${received} for ${expected}`,
  ).toBe(true);
}

describe.each(referenceSets)("%s", (set) => {
  const { x } = referenceRows(set);
  const golden = reference(set, "metrics");
  const labelings = Object.keys(golden.internal);
  const labels = labelings.map((name) => canonicalLabels(golden.labelings[name]));

  test.each(metrics.filter(({ name }) => name in named).map((metric) => [metric.name, metric] as const))(
    "%s equals the reference on every labeling",
    (name, metric) => {
      const scores = metric.scoreMany(x, labels);
      labelings.forEach((labeling, l) => {
        const expected = golden.internal[labeling][named[name]!];
        const received = scores[l]![named[name]!]!;
        if (expected === Number.POSITIVE_INFINITY) expect(received).toBeNull();
        else expectNear(received, expected, tolerance(set), `${name} of ${labeling}`);
      });
    },
  );

  test("the silhouette of single rows and clusters equals the reference", () => {
    for (const labeling of labelings.slice(0, set === "cc-pca2" ? 2 : labelings.length)) {
      const { labels, old } = renumber(golden.labelings[labeling].map((label: number) => label + 1));
      const { samples, clusterMeans } = silhouetteSamples(x, labels);
      const expected = golden.internal[labeling];
      expected.silhouette_first.forEach((value: number, i: number) => {
        expect(Math.abs(samples[i]! - value), `${labeling} row ${i}`).toBeLessThanOrEqual(1e-9);
      });
      for (const [cluster, mean] of Object.entries(expected.silhouette_cluster_mean ?? {})) {
        const at = old.indexOf(Number(cluster) + 1);
        expect(Math.abs(clusterMeans[at]! - Number(mean)), `${labeling} cluster ${cluster}`).toBeLessThanOrEqual(1e-9);
      }
    }
  });
});
