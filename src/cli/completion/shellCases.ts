import type { CompletedCommand, ValueKind } from "./completionTree.ts";
import { quoted } from "./quoted.ts";

/** The functions that the scripts of bash and zsh share. Each sets a variable of its caller. */
export function shellCases(tree: readonly CompletedCommand[]): string {
  const paths = tree.map(({ path }) => quoted(path)).join("|");
  const kinds = tree.flatMap(({ path, options, arguments: all }) => [
    ...all.map(({ value, isVariadic }, index) => {
      const pattern = isVariadic ? `${quoted(`${path} `)}[0-9]*` : quoted(`${path} ${index}`);
      return `    ${pattern}) kind=${quoted(kindText(value))} ;;`;
    }),
    ...options.flatMap((option) => {
      const flags = option.flags.map((flag) => quoted(`${path} ${flag}`)).join("|");
      return option.value === undefined ? [] : [`    ${flags}) kind=${quoted(kindText(option.value))} ;;`];
    }),
  ]);
  return `# Whether the words name a command.
_postern_is_command() {
  case $1 in ${paths}) return 0 ;; esac
  return 1
}
# What comes after an option of a command, or after so many of its arguments. Empty for a switch.
_postern_kind() {
  kind=
  case "$1 $2" in
${kinds.join("\n")}
  esac
}`;
}

/** A kind as one word, or as the words to choose from. */
function kindText(kind: ValueKind): string {
  return typeof kind === "string" ? kind : `words ${kind.join(" ")}`;
}
