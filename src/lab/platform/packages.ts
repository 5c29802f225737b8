/** In place of `node:module` in a page: the packages that the sources load when first wanted are in the bundle. */
import * as mlKmeans from "ml-kmeans";
import * as mlMatrix from "ml-matrix";
import * as mlPca from "ml-pca";

const packages: Readonly<Record<string, unknown>> = {
  "ml-kmeans": mlKmeans,
  "ml-matrix": mlMatrix,
  "ml-pca": mlPca,
};

export const createRequire = () => (name: string) => {
  const found = packages[name];
  if (found === undefined) throw new Error(`${name} is not in the lab's bundle`);
  return found;
};
