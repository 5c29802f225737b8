/**
 * Names with their evidence: from a domain file's checked claims, from the order along one column, or, failing
 * both, from what sets a segment apart most.
 */
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { didYouMean } from "../core/suggest.js";
import { capital, percent, readable } from "../core/words.js";
import { type Claim, claimsOf, type Domain, type FeatureWords, type Relation } from "./domain.js";
import { effectSizes, type FeatureProfile, type Profile } from "./profile.js";

export interface SegmentName {
  readonly label: number;
  /** Unique among the segments. */
  readonly name: string;
  readonly from: "domain" | "order" | "effects" | "noise";
  /** What makes the name true, with its numbers: `CASH_ADVANCE: median 1,813 > 1,114 (everyone.q75)`. */
  readonly evidence: readonly string[];
}

export interface Naming {
  /** In the order of the profiles. */
  readonly names: readonly SegmentName[];
  readonly notes: readonly Note[];
}

type Words = Readonly<Record<string, FeatureWords>>;

/** Names from the strongest effects: `High PURCHASES, low CASH_ADVANCE`; `Like everyone` where none is medium. */
export function nameByEffects(profiles: readonly Profile[], words: Words = {}): Naming {
  return {
    names: unique(
      profiles,
      profiles.map((profile) => effectName(profile, words)),
      words,
    ),
    notes: [],
  };
}

/**
 * Names along one column: segments in order of its median (then upper quartile, mean, label) get the labels in
 * turn, the lowest the first. With another number of segments than labels nobody can say which label goes
 * where: all are named by their effects, and a note says so.
 *
 * @throws UserError `UNKNOWN_COLUMN` for a column that is not a number column of the table, `BAD_CONFIG` for a
 *   label given twice
 */
export function nameByOrder(
  profiles: readonly Profile[],
  by: string,
  labels: readonly string[],
  words: Words = {},
): Naming {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new UserError("BAD_CONFIG", {
      what: `the name "${twice}" is given twice`,
      where: "segments.names.labels",
      mend: "give each segment a name of its own",
    });
  }
  const segments = profiles.filter((profile) => profile.label >= 0);
  for (const profile of segments) featureOf(profile, by, "segments.names.by");
  if (segments.length !== labels.length) {
    const { names } = nameByEffects(profiles, words);
    const message = `${labels.length} names for ${segments.length} segments: named by their strongest effects instead`;
    const hint = `give ${segments.length} labels, or a domain file whose names state what they need`;
    return { names, notes: [{ code: "names-count", message, hint }] };
  }
  const key = (profile: Profile) => {
    const { median, q75, mean } = featureOf(profile, by);
    return [median, q75, mean].map((value) => value ?? Number.NEGATIVE_INFINITY);
  };
  const order = [...segments].sort((a, b) => compare(key(a), key(b)) || a.label - b.label);
  const notes: Note[] = [];
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!];
    if (featureOf(a, by).median !== featureOf(b, by).median) continue;
    notes.push({
      code: "names-tied",
      message: `segments ${a.label} and ${b.label} have the same median of ${by} (${readable(featureOf(a, by).median)}); their order was decided by upper quartile and mean`,
    });
  }
  const names = profiles.map((profile): SegmentName => {
    if (profile.label < 0) return noiseName(profile);
    const median = featureOf(profile, by).median;
    const place = order.indexOf(profile);
    return {
      label: profile.label,
      name: labels[place]!,
      from: "order",
      evidence: [`${by}: median ${readable(median)}, number ${place + 1} of ${order.length} from the lowest`],
    };
  });
  return { names, notes };
}

/**
 * Names from a domain file: each segment gets the first name, in file order, whose claims all hold; the rest are
 * named by their effects. A name that holds for no segment, or only for segments already named, leaves a note.
 * Two segments of one name get their strongest difference behind it.
 *
 * @throws UserError `UNKNOWN_COLUMN` with a suggestion, for a column the profiles do not have
 */
export function nameByDomain(profiles: readonly Profile[], domain: Domain, where = "domain file"): Naming {
  const segments = profiles.filter((profile) => profile.label >= 0);
  const rules = domain.names.map((rule, index) => ({
    ...rule,
    claims: claimsOf(rule.when),
    place: `${where}, names[${index}]`,
  }));
  for (const { claims, place } of rules) for (const claim of claims) checkColumns(claim, segments, place);

  const given = new Map<number, { name: string; evidence: string[] }>();
  const notes: Note[] = [];
  for (const rule of rules) {
    const holding = segments.flatMap((profile) => {
      const share =
        (rule.shareAbove === undefined || profile.share > rule.shareAbove) &&
        (rule.shareBelow === undefined || profile.share < rule.shareBelow);
      const evidence = rule.claims.map((claim) => judge(claim, profile, segments));
      return share && evidence.every((item) => item.holds)
        ? [{ profile, evidence: evidence.map((item) => item.text) }]
        : [];
    });
    const free = holding.filter(({ profile }) => !given.has(profile.label));
    for (const { profile, evidence } of free) given.set(profile.label, { name: rule.name, evidence });
    if (holding.length === 0) {
      notes.push({ code: "name-never-holds", message: `no segment is what "${rule.name}" asks for (${rule.place})` });
    } else if (free.length === 0) {
      notes.push({
        code: "name-already-taken",
        message: `"${rule.name}" (${rule.place}) holds only for segments that an earlier name took`,
        hint: "move it up if it should win",
      });
    }
  }
  const wished = profiles.map((profile): SegmentName => {
    const own = given.get(profile.label);
    return own ? { label: profile.label, from: "domain", ...own } : effectName(profile, domain.features);
  });
  for (const name of wished) {
    if (name.from !== "effects") continue;
    notes.push({
      code: "no-name-holds",
      message: `segment ${name.label} meets no name of the domain file; it is named by its strongest effects`,
    });
  }
  return { names: unique(profiles, wished, domain.features), notes };
}

function judge(claim: Claim, profile: Profile, segments: readonly Profile[]): { holds: boolean; text: string } {
  const own = featureOf(profile, claim.column);
  if (claim.kind === "rank") {
    const value = own.median;
    const others = segments.filter((other) => other !== profile).map((other) => featureOf(other, claim.column).median);
    const beats = (other: number | null) =>
      value !== null && other !== null && (claim.rank === "highest" ? value > other : value < other);
    return {
      holds: value !== null && others.every(beats),
      text: `${claim.column}: median ${readable(value)}, ${claim.rank} of all segments`,
    };
  }
  const value = own[claim.statistic];
  const { operand } = claim;
  const reference =
    operand.kind === "number"
      ? operand.value
      : operand.kind === "everyone"
        ? times(operand.factor, own.everyone[operand.statistic])
        : times(operand.factor, featureOf(profile, operand.column)[claim.statistic]);
  const holds = value !== null && reference !== null && related(value, claim.relation, reference);
  const origin = operand.kind === "number" ? "" : ` (${claim.text})`;
  return {
    holds,
    text: `${claim.column}: ${claim.statistic} ${readable(value)} ${signs[claim.relation]} ${readable(reference)}${origin}`,
  };
}

const signs: Record<Relation, string> = { Above: ">", Below: "<", AtLeast: "≥", AtMost: "≤" };

function related(a: number, relation: Relation, b: number): boolean {
  return relation === "Above" ? a > b : relation === "Below" ? a < b : relation === "AtLeast" ? a >= b : a <= b;
}

function times(factor: number, value: number | null): number | null {
  return value === null ? null : factor * value;
}

function checkColumns(claim: Claim, segments: readonly Profile[], place: string): void {
  const first = segments[0];
  if (!first) return;
  featureOf(first, claim.column, place);
  if (claim.kind === "compare" && claim.operand.kind === "segment") featureOf(first, claim.operand.column, place);
}

function featureOf(profile: Profile, name: string, where?: string): FeatureProfile {
  const feature = profile.features.find((candidate) => candidate.feature === name);
  if (feature) return feature;
  throw new UserError("UNKNOWN_COLUMN", {
    what: `unknown number column "${name}"`,
    where,
    mend: didYouMean(
      name,
      profile.features.map((candidate) => candidate.feature),
    ),
  });
}

/** Something that sets a segment apart: `high PURCHASES`, or `region south`. */
interface Telling {
  readonly effect: number;
  readonly phrase: string;
  readonly evidence: string;
}

/** What has at least a medium effect, strongest first; ties in the order of the table, numbers before texts. */
function telling(profile: Profile, words: Words): Telling[] {
  const plain = (feature: string) => words[feature]?.words ?? feature;
  const numbers = profile.strongest.map((name): Telling => {
    const { feature, effect } = profile.features.find((candidate) => candidate.feature === name)!;
    return {
      effect: effect!,
      phrase: `${effect! > 0 ? "high" : "low"} ${plain(feature)}`,
      evidence: `${feature}: Cliff's delta ${signed(effect!)} against all others`,
    };
  });
  const texts = profile.categories.map(({ feature, value, share, everyone, effect }): Telling => {
    const shares = `${percent(share)} have ${value}, against ${percent(everyone)} of everyone`;
    return { effect: effect ?? 0, phrase: `${plain(feature)} ${value}`, evidence: `${feature}: ${shares}` };
  });
  return [...numbers, ...texts]
    .filter(({ effect }) => Math.abs(effect) >= effectSizes.medium)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

function effectName(profile: Profile, words: Words): SegmentName {
  if (profile.label < 0) return noiseName(profile);
  const found = telling(profile, words).slice(0, 2);
  return {
    label: profile.label,
    name: found.length === 0 ? "Like everyone" : capital(found.map(({ phrase }) => phrase).join(", ")),
    from: "effects",
    evidence: found.map(({ evidence }) => evidence),
  };
}

function noiseName(profile: Profile): SegmentName {
  return { label: profile.label, name: "Noise", from: "noise", evidence: ["rows that belong to no segment"] };
}

/** Where two segments have one name, put behind it the strongest effect the others of that name do not show; failing that, a number. */
function unique(profiles: readonly Profile[], wished: readonly SegmentName[], words: Words): SegmentName[] {
  const out = [...wished];
  const bearers = (name: string) => [...wished.keys()].filter((index) => wished[index]!.name === name);
  // A name that one segment alone bears is its own, so that no numbered name may take it.
  const taken = new Set(wished.map(({ name }) => name).filter((name) => bearers(name).length === 1));
  for (const name of new Set(wished.map((item) => item.name))) {
    const members = bearers(name);
    if (members.length === 1) continue;
    const phrases = members.map((index) =>
      telling(profiles[index]!, words)
        .map(({ phrase }) => phrase)
        .filter((text) => !name.toLowerCase().includes(text.toLowerCase())),
    );
    members.forEach((index, at) => {
      const own = phrases[at]!.find((text) => phrases.every((other, place) => place === at || !other.includes(text)));
      const base = own === undefined ? name : `${name} (${own})`;
      let unused = base;
      for (let number = 2; taken.has(unused); number++) unused = `${base} ${number}`;
      taken.add(unused);
      out[index] = { ...wished[index]!, name: unused };
    });
  }
  return out;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

function signed(value: number): string {
  return value > 0 ? `+${readable(value, 2)}` : readable(value, 2);
}
