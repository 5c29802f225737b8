/** Advice is data: the command line, report, notebook and web show the same words. */

/** Something worth telling the user that is not an error. */
export interface Note {
  /** Kebab-case, stable, such as `constant-column`. */
  readonly code: string;
  /** What was seen, with its numbers. */
  readonly message: string;
  /** What to do about it, if anything. */
  readonly hint?: string;
}
