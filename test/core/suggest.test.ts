/** What a mistyped name is told. */
import { expect, test } from "vitest";
import { didYouMean } from "../../src/core/suggest.js";

const columns = (count: number) => Array.from({ length: count }, (_, i) => `column_${String.fromCharCode(97 + i)}`);

test("few names are all listed, in their order", () => {
  expect(didYouMean("silhuette", ["inertia", "silhouette"])).toBe(
    'did you mean "silhouette"? known: inertia, silhouette',
  );
  expect(didYouMean("nothing like it", ["inertia", "silhouette"])).toBe("known: inertia, silhouette");
});

test("of many names the nearest are listed, and how many there are", () => {
  expect(didYouMean("silhuette", [...columns(24), "silhouette"])).toMatch(
    /^did you mean "silhouette"\? nearest of 25: silhouette, (column_\w, ){6}column_\w$/,
  );
});
