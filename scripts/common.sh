# shellcheck shell=bash
# What the scripts share; source it. It leaves the caller in the root of the repository.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export ROOT=$PWD

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Ends the script with its leading comment as help; the status is 0 if that was asked for.
usage() {
  awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$ROOT/scripts/${0##*/}"
  exit "${1:-2}"
}

# build PRESET TARGET [CMAKE OPTION...]: configures and builds it in build/PRESET.
build() {
  local preset=$1 target=$2
  shift 2
  say "Building preset $preset in build/$preset"
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
  cmake --preset "$preset" "$@"
  cmake --build --preset "$preset" --target "$target"
}
