/** Read parameters with a schema, and say in one plain sentence what is wrong with them. */
import type { z } from "zod";
import { complaintsOf } from "./complaints.js";
import { UserError } from "./errors.js";

/**
 * Parameters checked and completed with their defaults.
 *
 * @param where - for the message, such as `prepare.standard, impute`
 * @throws UserError `BAD_CONFIG` for the first thing that is wrong
 */
export function parseParams<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, what, mend } = complaintsOf(schema, value, result.error, where.split(/[,.]\s*/).at(-1)!)[0]!;
  throw new UserError("BAD_CONFIG", { what, where: [where, ...path].join("."), mend });
}
