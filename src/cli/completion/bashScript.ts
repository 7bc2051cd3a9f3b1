import type { CompletedCommand } from "./completionTree.ts";
import { quoted } from "./quoted.ts";
import { shellCases } from "./shellCases.ts";

/** The script that completes `postern` in bash 3.2 or later. It calls nothing but kubectl, for the names of contexts. */
export function bashScript(tree: readonly CompletedCommand[]): string {
  const words = tree.map(({ path, commands, options }) => {
    const names = commands.map(({ name }) => name).join(" ");
    const flags = options.flatMap((option) => option.flags).join(" ");
    return `    ${quoted(path)}) commands=${quoted(names)} flags=${quoted(flags)} ;;`;
  });
  return `# Completions of postern for bash. Write this line into ~/.bashrc:
#   source <(postern completion bash)
${shellCases(tree)}
_postern_words() {
  commands= flags=
  case $1 in
${words.join("\n")}
  esac
}
# Adds the lines that begin with the word before the cursor, without what readline takes for another word.
_postern_add() {
  local line
  while IFS= read -r line; do
    [[ -n $line && $line == "$cur"* ]] || continue
    printf -v line %q "$line"
    COMPREPLY+=("\${line#"$before"}")
  done
}
_postern() {
  local line=\${COMP_LINE:0:COMP_POINT} at=postern kind= commands= flags= skip= given=0 word i cur before
  local -a typed
  IFS=$' \\t' read -r -a typed <<< "$line"
  cur=
  [[ $line == *[[:blank:]] ]] || { cur=\${typed[\${#typed[@]}-1]}; unset "typed[\${#typed[@]}-1]"; }
  COMPREPLY=()
  for ((i = 1; i < \${#typed[@]}; i++)); do
    word=\${typed[i]}
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
  _postern_words "$at"
  if [[ -n $skip ]]; then
    kind=$skip
  elif [[ $cur == -*=* ]]; then
    _postern_kind "$at" "\${cur%%=*}"
    cur=\${cur#*=}
  elif [[ $cur == -* ]]; then
    kind="words $flags"
  else
    _postern_kind "$at" "$given"
    [[ -z $commands ]] || kind="words $commands"
  fi
  before=\${cur%"\${cur##*:}"}
  case $kind in
    file|folder)
      if type compopt > /dev/null 2>&1; then
        if [[ $kind == file ]]; then compopt -o default; else compopt -o dirnames; fi
      else
        before=
        _postern_add < <(compgen -f -- "$cur")
      fi ;;
    context) _postern_add < <(kubectl config get-contexts -o name 2> /dev/null) ;;
    'words '*)
      kind=\${kind#words }
      _postern_add <<< "\${kind// /$'\\n'}" ;;
  esac
}
complete -F _postern postern
`;
}
