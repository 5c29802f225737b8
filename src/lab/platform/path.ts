/** In place of `node:path` in a page: names of files in messages. */
export const basename = (path: string, ending = ""): string => {
  const name = path.split(/[\\/]/).at(-1)!;
  return ending !== "" && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
};
