# fish completion for wsgauntlet and wstest. The commands and flags come from --help.
function __wsgauntlet_help
    set -l program (commandline -opc)[1]
    set -l given (string match -r '^[a-z][a-z-]*$' -- (commandline -opc)[2..])
    $program $given --help 2>/dev/null
end

for program in wsgauntlet wstest
    complete -c $program -f -n 'not string match -q -- "-*" (commandline -ct)' \
        -a "(__wsgauntlet_help | sed -n '/^Commands/,/^\$/ s/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p')"
    complete -c $program -f -n 'string match -q -- "-*" (commandline -ct)' \
        -a "(__wsgauntlet_help | sed -n 's/^  \(-[a-zA-Z],\)\{0,1\}\(--[a-z-]*\).*  \(.*\)\$/\2\t\3/p')"
    complete -c $program -s m -l mode -x -a "fuzzingclient fuzzingserver testeeclient testeeserver"
    complete -c $program -s s -l spec -r -F
    complete -c $program -f -n 'contains -- (commandline -opc)[-1] show --cases --exclude' \
        -a "($program cases list 2>/dev/null | sed -n 's/^ *\([0-9][0-9.]*\) .*/\1/p')"
end
