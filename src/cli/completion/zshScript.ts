import type { CompletedCommand } from "./completionTree.ts";
import { quoted } from "./quoted.ts";
import { shellCases } from "./shellCases.ts";

/** The script that completes `postern` in zsh: to be sourced, or as the file `_postern` in a folder of `fpath`. */
export function zshScript(tree: readonly CompletedCommand[]): string {
  const described = (name: string, about: string): string => quoted(`${name}:${about}`);
  const words = tree.map(({ path, commands, options }) => {
    const names = commands.map(({ name, about }) => described(name, about)).join(" ");
    const flags = options.flatMap((option) => option.flags.map((flag) => described(flag, option.about))).join(" ");
    return `    ${quoted(path)})\n      subs=(${names})\n      flags=(${flags}) ;;`;
  });
  return `#compdef postern
# Completions of postern for zsh. Write this line into ~/.zshrc, below compinit:
#   source <(postern completion zsh)
${shellCases(tree)}
_postern_words() {
  subs=() flags=()
  case $1 in
${words.join("\n")}
  esac
}
_postern() {
  local at=postern kind= skip= given=0 word i
  local -a subs flags contexts
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $skip ]]; then
      skip=
    elif [[ $word == -*=* ]]; then
      continue
    elif [[ $word == -* ]]; then
      _postern_kind "$at" "$word"
      skip=$kind
    elif _postern_is_command "$at $word"; then
      at="$at $word"
    else
      given=$((given + 1))
    fi
  done
  word=\${words[CURRENT]}
  _postern_words "$at"
  if [[ -n $skip ]]; then
    kind=$skip
  elif [[ $word == -*=* ]]; then
    _postern_kind "$at" "\${word%%=*}"
    compset -P '*='
  elif [[ $word == -* ]]; then
    _describe -o option flags
    return
  else
    if ((\${#subs})); then
      _describe command subs
      return
    fi
    _postern_kind "$at" "$given"
  fi
  case $kind in
    file) _files ;;
    folder) _files -/ ;;
    context)
      contexts=(\${(f)"$(kubectl config get-contexts -o name 2> /dev/null)"})
      compadd -a contexts ;;
    'words '*) compadd -- \${=kind#words } ;;
  esac
}
if [[ \${funcstack[1]} == _postern ]]; then _postern "$@"; else compdef _postern postern; fi
`;
}
