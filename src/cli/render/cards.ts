/** Segments as cards on a screen. */
import { percent, readable, shorten } from "../../core/words.js";
import type { Model } from "../../pipeline/index.js";
import { effectSizes } from "../../segments/index.js";
import { plainTable } from "./plain-table.js";
import { wrap } from "./wrap.js";

export interface CardColumn {
  readonly feature: string;
  readonly median: number | null;
  readonly everyone: number | null;
  /** Cliff's delta; null where it is not known. */
  readonly effect: number | null;
}

export interface Card {
  readonly label: number;
  readonly name: string;
  readonly size: number;
  readonly share: number;
  /** Two sentences; null without a view. */
  readonly reading: string | null;
  /** What makes the name true. */
  readonly evidence: readonly string[];
  readonly rule: { readonly text: string; readonly precision: number | null; readonly recall: number | null } | null;
  /** Strongest first. */
  readonly columns: readonly CardColumn[];
  /** Of each text column the value that is most over-represented; none without a view. */
  readonly categories: readonly { feature: string; value: string; share: number; everyone: number }[];
}

export interface CardsOptions {
  readonly model: Model;
  readonly cards: readonly Card[];
  /** Mean recall of the rules over segments: on training rows, and on rows left out. */
  readonly fidelity: { readonly trainAccuracy: number | null; readonly crossAccuracy: number | null } | null;
  /** Columns on each card. */
  readonly top: number;
  /** Width of the screen. */
  readonly columns: number;
}

export function cardsText({ model, cards, fidelity, top, columns }: CardsOptions): string {
  const segments = cards.filter(({ label }) => label >= 0).length;
  const head = `${model.name}: ${segments} segments, by ${model.algorithm.name}`;
  const parts = [head, ...cards.map((card) => cardText(card, top, columns))];
  if (fidelity && fidelity.crossAccuracy !== null) {
    parts.push(
      wrap(
        `Rules explain the segments, they do not replace the model: on rows left out they find ${percent(fidelity.crossAccuracy)} of each segment's members (mean over segments).`,
        columns,
        "  ",
      ),
    );
  }
  return parts.join("\n\n");
}

function cardText(card: Card, top: number, columns: number): string {
  const size = `${readable(card.size, 12)} rows · ${percent(card.share)}`;
  const title = shorten(card.name, columns - size.length - 4);
  const lines = [`■ ${title}${" ".repeat(Math.max(2, columns - title.length - size.length - 2))}${size}`];
  if (card.reading !== null) lines.push(wrap(card.reading, columns, "  "));
  const shown = card.columns.slice(0, top);
  const known = shown.some(({ effect }) => effect !== null);
  const rows = shown.map(({ feature, median, everyone, effect }) => [
    `  ${shorten(feature, 36)}`,
    readable(median),
    readable(everyone),
    ...(known ? [`${effect === null ? "–" : signed(effect)} ${degree(effect)}`.trimEnd()] : []),
  ]);
  lines.push(plainTable(["  column", "median", "everyone", ...(known ? ["effect"] : [])], rows, [1, 2]));
  for (const { feature, value, share, everyone } of card.categories) {
    if (share - everyone < effectSizes.small) continue;
    lines.push(wrap(`${feature}: ${percent(share)} ${value}, everyone ${percent(everyone)}`, columns, "    "));
  }
  if (card.rule && card.rule.text !== "") {
    const { text, precision, recall } = card.rule;
    lines.push(
      wrap(
        `rule: ${text} (right for ${percent(precision)} of the rows it names, finds ${percent(recall)})`,
        columns,
        "    ",
      ),
    );
  }
  for (const evidence of card.evidence) lines.push(wrap(`name: ${evidence}`, columns, "    "));
  return lines.join("\n");
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** Cliff's delta in words. */
function degree(effect: number | null): string {
  const size = Math.abs(effect ?? 0);
  if (size >= effectSizes.large) return "large";
  if (size >= effectSizes.medium) return "medium";
  return size >= effectSizes.small ? "small" : "";
}
