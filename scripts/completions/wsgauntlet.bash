# bash completion for wsgauntlet and wstest. The commands and flags come from --help of the
# program that is installed.

_wsgauntlet_options() {
  "$@" --help 2>/dev/null | sed -n 's/^  \(\(-[a-zA-Z]\),\)\{0,1\}\(--[a-z-]*\).*/\3 \2/p'
}

_wsgauntlet_commands() {
  "$@" --help 2>/dev/null | sed -n '/^Commands/,/^$/ s/^  \([a-z][a-z-]*\) .*/\1/p'
}

_wsgauntlet() {
  local cur=$2 prev=$3 program=${COMP_WORDS[0]} word words=()
  COMPREPLY=()
  compopt +o default 2>/dev/null
  # The commands that stand before the cursor; `-m MODE` is one, too.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || { [[ " $(_wsgauntlet_commands "$program" "${words[@]}") " == *$word* ]] && words+=("$word"); }
  done
  case $prev in
    -m | --mode)
      mapfile -t COMPREPLY < <(compgen -W "fuzzingclient fuzzingserver testeeclient testeeserver" -- "$cur")
      return
      ;;
    -s | --spec | -k | --key | -c | --cert | --expectations | --junit | --markdown | --summary)
      compopt -o default 2>/dev/null
      return
      ;;
    --outdir | --case-dir | --testdata | --baseline)
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return
      ;;
    --fail-on)
      local policies
      policies=$("$program" reference fuzzingclient | sed -n 's/.*joined by commas: \([a-z, -]*\)\..*/\1/p')
      mapfile -t COMPREPLY < <(compgen -W "${policies//,/}" -- "$cur")
      return
      ;;
    --cases | --exclude | show)
      mapfile -t COMPREPLY < <(compgen -W "$("$program" cases list 2>/dev/null | sed -n 's/^ *\([0-9][0-9.]*\) .*/\1/p')" -- "$cur")
      return
      ;;
  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_wsgauntlet_options "$program" "${words[@]}")" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(_wsgauntlet_commands "$program" "${words[@]}")" -- "$cur")
    [[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default 2>/dev/null
  fi
}

complete -F _wsgauntlet wsgauntlet wstest
