import type { CompletedCommand, CompletedOption, ValueKind } from "./completionTree.ts";
import { quotedForFish as quoted } from "./quoted.ts";

/** The script that completes `postern` in fish 3 or later. */
export function fishScript(tree: readonly CompletedCommand[]): string {
  const valued = tree.flatMap(({ path, options }) =>
    options.flatMap((option) => (option.value === undefined ? [] : option.flags.map((flag) => `${path} ${flag}`))),
  );
  const lines = tree.flatMap((command) => {
    const when = (test: string): string =>
      `complete -c postern -n ${quoted(`__postern_at ${quoted(command.path)}${test}`)}`;
    const at = when("");
    return [
      ...command.commands.map(({ name, about }) => `${at} -a ${quoted(name)} -d ${quoted(about)}`),
      ...command.arguments.flatMap(({ value, isVariadic }, index) =>
        value === "free" ? [] : [`${when(` ${isVariadic ? "-ge" : "-eq"} ${index}`)} ${argumentText(value)}`],
      ),
      ...command.options.map((option) => `${at} ${optionText(option)}`),
    ];
  });
  return `# Completions of postern for fish. Write them into a file:
#   postern completion fish > ~/.config/fish/completions/postern.fish
set -g __postern_commands ${tree.map(({ path }) => quoted(path)).join(" ")}
set -g __postern_valued ${valued.map(quoted).join(" ")}
function __postern_at
    set -l at postern
    set -l skip 0
    set -l given 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*=*' $word
            continue
        else if string match -q -- '-*' $word
            contains -- "$at $word" $__postern_valued
            and set skip 1
        else if contains -- "$at $word" $__postern_commands
            set at "$at $word"
        else
            set given (math $given + 1)
        end
    end
    test "$at" = "$argv[1]"
    and begin
        not set -q argv[2]
        or test $given $argv[2] $argv[3]
    end
end
complete -c postern -f
${lines.join("\n")}
`;
}

function optionText({ flags, about, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...(value === undefined ? [] : [`-r ${argumentText(value)}`]), `-d ${quoted(about)}`].join(" ");
}

function argumentText(value: ValueKind): string {
  if (value === "file") return "-F";
  if (value === "folder") return "-f -a '(__fish_complete_directories)'";
  if (value === "context") return "-f -a '(kubectl config get-contexts -o name 2> /dev/null)'";
  return value === "free" ? "-f" : `-f -a ${quoted(value.join(" "))}`;
}
