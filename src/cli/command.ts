/**
 * What a command is: a declaration, light to load so that help is quick, and its work, which is imported when it runs.
 * From the declaration follow the parser, the help, `docs/reference.md` and the type of the arguments.
 */
import type { Argv, PositionalOptions } from "yargs";
import type { Io } from "./io.js";
import type { Option } from "./options.js";

type Options = Readonly<Record<string, Option<unknown>>>;

export interface Declaration {
  readonly name: string;
  readonly summary: string;
  /** Words in their order: `<required>`, `[optional]`, `[many..]`, by how their option is declared. */
  readonly words: Options;
  /** By their name in code; `dryRun` is `--dry-run` on the command line. */
  readonly options: Options;
  /** The command line after `segmenta`, and what it does. */
  readonly examples?: readonly (readonly [line: string, does: string])[];
}

/** The checked arguments of a command, as its work receives them. */
export type ArgumentsOf<D extends Declaration> = {
  readonly [K in keyof (D["words"] & D["options"])]: (D["words"] & D["options"])[K] extends Option<infer T> ? T : never;
};

export interface Command {
  readonly declaration: Declaration;
  /** Do it and return the exit code. `rest` is what follows `--`. */
  run(given: Readonly<Record<string, unknown>>, io: Io): Promise<number>;
}

/** Keeps the exact type of a declaration, from which that of its arguments follows. */
export const declare = <const D extends Declaration>(declaration: D): D => declaration;

/** A declaration with its work. */
export function command<D extends Declaration>(
  declaration: D,
  load: () => Promise<(args: ArgumentsOf<D>, io: Io, rest: readonly string[]) => Promise<number>>,
): Command {
  return {
    declaration,
    async run(given, io) {
      const { words, options } = declaration;
      const read = (all: Options, shown: (name: string) => string) =>
        Object.entries(all).map(([name, option]) => [name, option.read(given[flagOf(name)], shown(name))]);
      const args = Object.fromEntries([
        ...read(words, (name) => name),
        ...read(options, (name) => `--${flagOf(name)}`),
      ]) as ArgumentsOf<D>;
      // The first word is the command's own.
      const rest = ((given["_"] as readonly unknown[] | undefined) ?? []).slice(1).map(String);
      return (await load())(args, io, rest);
    },
  };
}

/** `dryRun` → `dry-run` */
export const flagOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As yargs and help write it: `run <experiment> [overrides..]`. */
export function usageOf({ name, words }: Declaration): string {
  const parts = Object.entries(words).map(([word, { yargs }]) => {
    const many = yargs.array ? ".." : "";
    return yargs.demandOption ? `<${word}${many}>` : `[${word}${many}]`;
  });
  return [name, ...parts].join(" ");
}

/** Give the declaration to yargs. */
export function build({ words, options, examples = [] }: Declaration, yargs: Argv): Argv {
  let built = yargs;
  // Whether a word is needed is in the usage; said here too, yargs would report it twice.
  for (const [
    word,
    {
      yargs: { demandOption: _, ...given },
    },
  ] of Object.entries(words)) {
    built = built.positional(word, given as PositionalOptions);
  }
  for (const [name, option] of Object.entries(options)) built = built.option(flagOf(name), option.yargs);
  for (const [line, does] of examples) built = built.example(`$0 ${line}`, does);
  return built;
}
