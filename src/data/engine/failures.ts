/** What engines say when they cannot, in our words. */
import { UserError } from "../../core/errors.js";

/** A statement that the engine refuses: most often a function it does not have. */
export function badQuery(engine: string, message: string, cause?: unknown): UserError {
  const said = message.split("\n")[0]!.trim();
  const lacking =
    /unknown function ['"`]?(\w+)|function ['"`]?([\w.]+)[^ ]*(?:\([^)]*\))? does not exist|Function with name ['"`]?(\w+)/i.exec(
      message,
    );
  const name = lacking && (lacking[1] ?? lacking[2] ?? lacking[3]);
  return new UserError("BAD_QUERY", {
    what: name ? `${engine} lacks the function ${name}: ${said}` : `${engine} cannot answer: ${said}`,
    where: "data.engine",
    mend: name
      ? "docs/sql.md says from which release on an engine can be used"
      : "check the table, its rights, and the release of the engine (docs/sql.md)",
    cause,
  });
}

/** No connection, or no entry. */
export function notConnected(engine: string, reason: string, mend: string, cause?: unknown): UserError {
  return new UserError("ENGINE_FAILED", {
    what: `cannot connect to ${engine}: ${reason}`,
    where: "data.engine",
    mend,
    cause,
  });
}

/** An optional package that is not installed. */
export function missingPackage(name: string, engine: string, cause: unknown): UserError {
  return new UserError("MISSING_OPTIONAL", {
    what: `data.engine ${engine} needs the package ${name}, which is not installed`,
    where: "data.engine",
    mend: `npm install ${name}`,
    cause,
  });
}
