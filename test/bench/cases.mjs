// The registry of benchmark cases. One file per area; a case is
//
//   name      a sentence fragment, unique
//   data      a matrix by name (data.mjs): cards17, cards2, uniform-<rows>-<columns>, blobs-<rows>-<columns>
//   ours      async (context) => () => quality     what is prepared outside is not timed
//   peers     { name: the same }                   JavaScript packages
//   python    a function's name in peers.py, for scikit-learn; or { contender: function } for several packages
//   r         { contender: function } in peers.R
//   quality   what the number in the quality column is
//
// context: { x, dist(path) to import a built module, labelings (cards only: 400 of them), startLabels(k) }.
import { densityCases } from "./cases/density.mjs";
import { indexCases } from "./cases/indices.mjs";
import { kmeansCases } from "./cases/kmeans.mjs";
import { linkageCases } from "./cases/linkages.mjs";
import { mapCases } from "./cases/maps.mjs";
import { medoidCases } from "./cases/medoids.mjs";
import { mixtureCases } from "./cases/mixtures.mjs";

export const cases = [
  ...indexCases,
  ...kmeansCases,
  ...mixtureCases,
  ...linkageCases,
  ...medoidCases,
  ...densityCases,
  ...mapCases,
];
