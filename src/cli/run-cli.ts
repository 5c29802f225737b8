/** From words on the command line to a command and its exit code. */
import yargs from "yargs";
import { UserError } from "../core/errors.js";
import { didYouMean, nearestName } from "../core/suggest.js";
import { build, type Command, usageOf } from "./command.js";
import { commands } from "./commands/index.js";
import { EXIT, type Io, reportError } from "./io.js";
import { packageVersion } from "./version.js";

/**
 * Run one command line.
 *
 * @param argv - the words after `segmenta`
 * @returns the exit code; nothing is thrown
 */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.good;
  let chosen: { command: Command; args: Record<string, unknown> } | undefined;
  let usageProblem: string | undefined;
  let options: readonly string[] = [];

  let parser = yargs()
    .scriptName("segmenta")
    .usage("segmenta: find customer segments you can defend\n\n$0 <command>")
    .strict()
    .demandCommand(1, "name a command")
    .recommendCommands()
    .version(false)
    .option("version", { type: "boolean", describe: "print the version" })
    .help("help")
    .alias("help", "h")
    .wrap(Math.min(io.columns, 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({ "parse-numbers": false, "parse-positional-numbers": false, "dot-notation": false })
    // Each fits on one line of 80 columns.
    .example("$0 init customers.csv", "write a first experiment for a table")
    .example("$0 run customers", "sweep, choose, write the tables")
    .example("$0 run customers sweep.gmm.k=2..4", "the same words as in the file")
    .example("$0 describe customers.csv", "what is in the columns")
    .example("$0 predict model.json new.csv", "a segment for each row")
    .example("$0 list algorithms", "what can be swept, with the papers");
  parser.fail((message, error) => {
    usageProblem = message ?? error?.message;
    options = Object.keys((parser as unknown as OptionsOf).getOptions().key);
  });
  for (const command of commands) {
    const { declaration } = command;
    parser = parser.command(
      usageOf(declaration),
      declaration.summary,
      (builder) => build(declaration, builder),
      (args) => {
        chosen = { command, args };
      },
    );
  }

  try {
    if (argv.includes("--version")) {
      io.out(`${await packageVersion()}\n`);
      return EXIT.good;
    }
    let help = "";
    await parser.parseAsync(
      argv.length === 0 ? ["--help"] : [...argv],
      (_error: unknown, _args: unknown, output: string) => {
        help = output;
      },
    );
    if (usageProblem !== undefined) {
      throw new UserError("BAD_USAGE", {
        what: lowerFirst(usageProblem),
        where: "command line",
        mend: mendUsage(argv, options),
      });
    }
    if (help) io.out(`${help}\n`);
    else if (chosen) code = await chosen.command.run(chosen.args, io);
  } catch (error) {
    code = reportError(error, io);
  }
  return code;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).trim();

/** The options in force, which yargs knows but its types leave out. */
interface OptionsOf {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

/** What to do about a word that is not understood. */
function mendUsage(argv: readonly string[], options: readonly string[]): string {
  const names = commands.map(({ declaration }) => declaration.name);
  const word = argv.find((argument) => !argument.startsWith("-"));
  if (word === undefined) return `commands: ${names.join(", ")}`;
  if (!names.includes(word)) return didYouMean(word, names);
  const unknown = argv
    .flatMap((argument) => /^--([^=]+)/.exec(argument)?.[1] ?? [])
    .filter((n) => !options.includes(n));
  const near = unknown.map((name) => nearestName(name, options)).find((name) => name !== undefined);
  return `${near === undefined ? "" : `did you mean --${near}? `}segmenta ${word} --help shows what it takes`;
}
