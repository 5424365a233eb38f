/**
 * Completion for bash 3.2 and later, which needs nothing else installed.
 *
 * The words of the line go to the program as they stand. They are never evaluated: `stepledger show $(rm -rf .)` that is
 * still being typed must not run when Tab is pressed. The program answers a word and what it means on each line, and `:`
 * with a number on the last one, of which nothing is needed here.
 */
export const BASH_SCRIPT = `# bash completion for stepledger

__stepledger_complete() {
  local word rest
  COMPREPLY=()
  while IFS=$'\\t' read -r word rest; do
    if [[ -n "$word" && "$word" != :* && "$word" == "\${COMP_WORDS[COMP_CWORD]}"* ]]; then
      COMPREPLY+=("$word")
    fi
  done < <(stepledger complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

# Where it knows of no word, files are completed.
complete -o default -F __stepledger_complete stepledger
`;
