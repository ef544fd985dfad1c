/** Names under which the program is called. */
const NAMES = "qa gateway-qa";

// Each asks the program that is typed, and evaluates nothing of what is typed. Without an answer files are completed.

const BASH = `# Completion of gateway-qa for bash.
_gateway_qa() {
  local line="\${COMP_LINE:0:COMP_POINT}" word value
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  word="\${words[\${#words[@]} - 1]}"
  # Bash cuts words at signs such as @ and =, and wants only what follows the last one.
  local before="\${word%"\${COMP_WORDS[COMP_CWORD]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    [[ -n "$value" ]] && COMPREPLY+=("\${value#"$before"}")
  done < <("\${COMP_WORDS[0]}" completion bash -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _gateway_qa ${NAMES}
`;

const ZSH = `#compdef ${NAMES}
# Completion of gateway-qa for zsh.
_gateway_qa() {
  local -a found
  local value about
  while IFS=$'\\t' read -r value about; do
    [[ -n "$value" ]] && found+=("\${value//:/\\\\:}:$about")
  done < <("\${words[1]}" completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe 'gateway-qa' found; else _files; fi
}
if [ "$funcstack[1]" = "_gateway_qa" ]; then _gateway_qa "$@"; else compdef _gateway_qa ${NAMES}; fi
`;

const FISH = `# Completion of gateway-qa for fish.
function __gateway_qa
    set -l words (commandline -opc) (commandline -ct)
    $words[1] completion fish -- $words[2..-1] 2>/dev/null
end
${NAMES.split(" ")
  .map((name) => `complete -c ${name} -a '(__gateway_qa)'\n`)
  .join("")}`;

/** What each shell reads to know how to complete. */
export const SHELLS = { bash: BASH, zsh: ZSH, fish: FISH } as const;

export type Shell = keyof typeof SHELLS;
