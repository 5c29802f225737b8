/** A budget of time as a signal. */

/** The longest a timer of Node waits, 24.8 days; beyond it one fires at once. */
const LONGEST_MS = 2_147_483_647;

/** A signal that aborts after that time, at most 24.8 days; undefined where there is no budget. */
export function deadlineAfter(budgetMs: number | undefined): AbortSignal | undefined {
  return budgetMs === undefined ? undefined : AbortSignal.timeout(Math.min(budgetMs, LONGEST_MS));
}
