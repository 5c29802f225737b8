// The pictures of the README, from the committed results: node scripts/pictures.mjs (after a build).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadModel, profileSegments, readResults, readTable } from "../dist/index.js";
import { figureToPng, profileHeatmapOf, stabilityOf } from "../dist/notebook/index.js";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const table = await readTable({ path: at("experiments/data/credit-cards.csv"), id: "CUST_ID" });
const { labels, selection } = await readResults(at("results/credit-cards"));
const { model } = loadModel(readFileSync(at("results/credit-cards/model.json"), "utf8"));
const names = Object.fromEntries(model.segments.map(({ label, name }) => [label, name]));

mkdirSync(at("docs/pictures"), { recursive: true });
const pictures = {
  segments: profileHeatmapOf(profileSegments(table, labels), names),
  stability: stabilityOf(selection),
};
for (const [name, figure] of Object.entries(pictures)) {
  const png = figureToPng(figure, { width: 900 });
  writeFileSync(at(`docs/pictures/${name}.png`), png);
  console.log(`docs/pictures/${name}.png: ${Math.round(png.length / 1024)} kB`);
}
