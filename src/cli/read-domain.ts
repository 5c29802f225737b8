/** The domain file of an experiment: names with the predicates they need. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../core/errors.js";
import { type Domain, parseDomain } from "../segments/index.js";
import type { Experiment } from "../sweep/config/experiment.js";

/**
 * @returns undefined when the experiment names no domain file
 * @throws UserError `NOT_FOUND`, or what is wrong with the file
 */
export async function readDomain(experiment: Experiment, cwd: string): Promise<Domain | undefined> {
  const { domain } = experiment.segments;
  if (domain === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(resolve(cwd, domain), "utf8");
  } catch (cause) {
    throw new UserError("NOT_FOUND", {
      what: `there is no domain file ${domain}`,
      where: experiment.source.where(["segments", "domain"]),
      mend: "mend the path, or leave segments.domain out to name segments by what sets them apart",
      cause,
    });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new UserError("BAD_CONFIG", {
      what: `not valid YAML: ${(cause as Error).message.split("\n")[0]}`,
      where: domain,
      mend: "mend the syntax",
      cause,
    });
  }
  return parseDomain(value, domain);
}
