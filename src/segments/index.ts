/** What segments are like, what to call them, and how to tell them apart. */
export {
  type Change,
  type Counterfactual,
  type CounterfactualInput,
  counterfactual,
  type FeatureRange,
} from "./counterfactual.js";
export { type Domain, domainSchema, type FeatureWords, parseDomain } from "./domain.js";
export { type Naming, nameByDomain, nameByEffects, nameByOrder, type SegmentName } from "./names.js";
export {
  type CategoryProfile,
  effectSizes,
  type FeatureProfile,
  type Profile,
  profileSegments,
  type Quartiles,
} from "./profile.js";
export { type Evidence, type Reading, readSegment } from "./reading.js";
export { type Condition, conditionsText } from "./rule-text.js";
export { learnRules, type Rule, type RuleOptions, type RuleSet, type SegmentRules } from "./rules.js";
