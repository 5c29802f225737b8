/**
 * A segment in two sentences, with the numbers they rest on. Only what the profile shows is said: how many, what
 * more, what less; never why, and never what will happen.
 */
import { listed, percent, readable } from "../core/words.js";
import type { FeatureWords } from "./domain.js";
import { type CategoryProfile, effectSizes, type FeatureProfile, type Profile } from "./profile.js";

export interface Evidence {
  readonly feature: string;
  /** Medians of members and of everyone, in the column's unit; of a text column, shares with the value named. */
  readonly members: number;
  readonly everyone: number;
  /** Cliff's delta, in [−1, 1]. */
  readonly effect: number;
}

export interface Reading {
  readonly label: number;
  readonly text: string;
  /** One entry per feature the sentences name. */
  readonly evidence: readonly Evidence[];
}

/** How many features a sentence names at most. */
const named = 2;

/**
 * @param profile - of one segment
 * @param name - what to call it
 * @param words - plain words and units of columns, where known
 */
export function readSegment(
  profile: Profile,
  name: string,
  words: Readonly<Record<string, FeatureWords>> = {},
): Reading {
  const telling = profile.strongest
    .map((feature) => profile.features.find((candidate) => candidate.feature === feature)!)
    .filter((feature) => feature.median !== null && Math.abs(feature.effect!) >= effectSizes.medium);
  const more = telling.filter((feature) => feature.effect! > 0).slice(0, named);
  const less = telling.filter((feature) => feature.effect! < 0).slice(0, named);
  const who = `${name}: ${readable(profile.size, 12)} ${profile.size === 1 ? "customer" : "customers"} (${percent(profile.share)})`;
  const [first, second] = strength(more) >= strength(less) ? [more, less] : [less, more];

  const alike = profile.categories
    .filter(({ effect }) => (effect ?? 0) >= effectSizes.medium)
    .sort((a, b) => b.effect! - a.effect!)
    .slice(0, named);

  const sentences: string[] = [];
  if (first.length === 0 && alike.length > 0) sentences.push(`${who}.`);
  else if (first.length === 0) {
    sentences.push(
      `${who}. No column sets them clearly apart from the others (every Cliff's delta is below ${effectSizes.medium}).`,
    );
  } else {
    sentences.push(`${who} with ${sentence(first, words)}.`);
    sentences.push(
      second.length > 0
        ? `They have ${sentence(second, words)}.`
        : `No column is clearly ${first === more ? "lower" : "higher"} than among the others.`,
    );
  }
  if (alike.length > 0) sentences.push(`${categoriesSentence(alike, words)}.`);
  return {
    label: profile.label,
    text: sentences.join(" "),
    evidence: [
      ...[...first, ...second].map(({ feature, median, everyone, effect }) => ({
        feature,
        members: median!,
        everyone: everyone.median!,
        effect: effect!,
      })),
      ...alike.map(({ feature, share, everyone, effect }) => ({ feature, members: share, everyone, effect: effect! })),
    ],
  };
}

function strength(features: readonly FeatureProfile[]): number {
  return Math.abs(features[0]?.effect ?? 0);
}

/** "92 % have region south, against 26 % of everyone" */
function categoriesSentence(alike: readonly CategoryProfile[], words: Readonly<Record<string, FeatureWords>>): string {
  return listed(
    alike.map(({ feature, value, share, everyone }) => {
      const plain = words[feature]?.words ?? feature;
      return `${percent(share)} have ${plain} ${value}, against ${percent(everyone)} of everyone`;
    }),
  );
}

/** "more purchases (median 1,200 dollars against 361 for everyone) and …" */
function sentence(features: readonly FeatureProfile[], words: Readonly<Record<string, FeatureWords>>): string {
  return listed(
    features.map((feature) => {
      const { words: plain, unit } = words[feature.feature] ?? {};
      const large = Math.abs(feature.effect!) >= effectSizes.large;
      const direction = feature.effect! > 0 ? "higher" : "lower";
      const degree = large ? `much ${direction}` : direction;
      return `${degree} ${plain ?? feature.feature} (${numbers(feature, unit)})`;
    }),
  );
}

/** Medians where they differ as printed; where both are the same, the share of zeros or the upper quartile that does. */
function numbers(feature: FeatureProfile, unit: string | undefined): string {
  const tail = unit === undefined ? "" : ` ${unit}`;
  const { everyone } = feature;
  if (readable(feature.median) !== readable(everyone.median)) {
    return `median ${readable(feature.median)}${tail} against ${readable(everyone.median)} for everyone`;
  }
  if (percent(feature.zeroShare) !== percent(everyone.zeroShare)) {
    return `${percent(feature.zeroShare)} have none, against ${percent(everyone.zeroShare)} of everyone`;
  }
  return `upper quartile ${readable(feature.q75)}${tail} against ${readable(everyone.q75)} for everyone`;
}
