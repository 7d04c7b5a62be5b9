#!/usr/bin/env bash
# Meeshy's front door: does what must be done before any TypeScript can run, then hands over to scripts/<command>.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

pnpm_version=10.34.9
install_stamp=node_modules/.meeshy-install
generate_stamp=shared/src/generated/.stamp

list_commands() {
  cat <<'TEXT'
Usage: ./start.sh <command>       (./start.sh <command> --help says more)

  setup    check the machine, install, write shared/.env, prepare the database
  dev      setup, then both services with their logs until Ctrl-C
  test     install what is missing, then all tests, the linter and the type check
  health   ask the running services how they are
  demo     a conversation of four people in four languages, with timings
  admin    make a person an administrator: ./start.sh admin <username>
  help     this list
TEXT
}

explain() {
  case $1 in
    setup) echo "./start.sh setup
Checks Node and the compiler, installs the packages, writes shared/.env with fresh secrets (never over an existing
one), generates the Prisma client and the gRPC types, and applies the migrations. What is done is not done again." ;;
    dev) echo "./start.sh dev
Everything of setup, then the gateway and the translation service from their sources, with their lines prefixed.
A service that dies is started again. Ctrl-C stops both. Ports and all other settings: shared/.env
(MEESHY_ENV_FILE names another file)." ;;
    test) echo "./start.sh test
Installs what is missing, then runs the type check, the linter, the tests of every package and those of the
model training. The last line is \"N passed, N failed\"; exit code 0 when nothing failed." ;;
    health) echo "./start.sh health [--json]
Asks both services for their health. Exit code 0 when everything is well, 1 otherwise." ;;
    demo) echo "./start.sh demo
Plays a conversation of Amélie (fr), Ben (en), Carla (de) and Daichi (ja), and prints what each of them sees and
when. Plays on the running services, where four accounts and a room stay behind, or starts its own on free ports with a
database that is removed afterwards." ;;
    admin) echo "./start.sh admin <username>
Makes somebody who has registered an administrator, in the database that shared/.env names. The services may run or
not. Administrators make others over REST." ;;
    help) list_commands ;;
  esac
}

say() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1m%s\033[0m\n' "$*"; else printf '%s\n' "$*"; fi
}

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

check_node() {
  local advice='install Node 24 (20.19 or newer works) from https://nodejs.org or with "nvm install", and run this again.'
  local version minor
  version=$(node --version 2>/dev/null) || stop "Node is missing: $advice"
  IFS=. read -r node_major minor _ <<<"${version#v}"
  if ((node_major < 20 || (node_major == 20 && minor < 19))); then stop "Node $version is too old: $advice"; fi
}

# better-sqlite3 is the one package that is compiled here, for the major version of Node that runs it.
sqlite_is_built() {
  compgen -G 'node_modules/.pnpm/better-sqlite3@*/node_modules/better-sqlite3/build/Release/better_sqlite3.node' \
    >/dev/null && { [ ! -f "$install_stamp" ] || grep -q "^node $node_major\$" "$install_stamp"; }
}

check_compiler() {
  local tool missing=''
  for tool in python3 make "${CXX:-g++}"; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then
    stop "Missing to compile SQLite:$missing. Install with \"apt-get install -y python3 make g++\" (Debian, Ubuntu)" \
      "or \"xcode-select --install\" (macOS), and run this again."
  fi
}

# SQLite is compiled from what the registry brings; headers beside the running Node keep node-gyp from fetching them.
build_from_here() {
  export npm_config_build_from_source=true
  local prefix
  prefix=$(node -p 'path.resolve(process.execPath, "../..")')
  if [ -f "$prefix/include/node/node.h" ]; then export npm_config_nodedir="${npm_config_nodedir:-$prefix}"; fi
}

run_pnpm() {
  # A corepack shim may ask, or fail on a signature: then it counts as absent.
  case $(COREPACK_ENABLE_DOWNLOAD_PROMPT=0 pnpm --version 2>/dev/null </dev/null || true) in
    10.*) pnpm "$@" ;;
    *)
      command -v npx >/dev/null || stop "npm is missing: install it together with Node, and run this again."
      # npm warns of settings that are meant for the compiler.
      npx --yes --loglevel=error "pnpm@$pnpm_version" "$@"
      ;;
  esac
}

# A fingerprint of files that may be missing.
fingerprint() {
  { cat "$@" 2>/dev/null || true; } | cksum
}

install() {
  local wanted package complete=yes rebuild=no
  wanted="node $node_major
$(fingerprint pnpm-lock.yaml pnpm-workspace.yaml package.json ./*/package.json)"
  for package in . shared fastify-service translation-service scripts; do
    [ -d "$package/node_modules" ] || complete=no
  done
  if [ $complete = yes ] && [ -f "$install_stamp" ] && [ "$(<"$install_stamp")" = "$wanted" ]; then return; fi

  if ! sqlite_is_built; then
    check_compiler
    if [ -f "$install_stamp" ]; then rebuild=yes; fi
    say 'Installing the packages; SQLite is compiled the first time, which takes about two minutes…'
  else
    say 'Installing the packages…'
  fi
  build_from_here
  # pnpm shows the compiler's lines only line by line, and without a terminal it must not ask.
  local options=(--reporter=append-only --loglevel=info) began=$SECONDS
  if [ -f pnpm-lock.yaml ]; then options+=(--frozen-lockfile); fi
  if [ ! -t 1 ]; then local -x CI=true; fi
  run_pnpm install "${options[@]}" || stop 'The packages could not be installed; the lines above say why.'
  # Under another Node pnpm sees nothing to install, but the compiled part is of no use any more.
  if [ $rebuild = yes ]; then run_pnpm rebuild --recursive --reporter=append-only better-sqlite3; fi
  printf '%s\n' "$wanted" >"$install_stamp"
  say "Installed in $((SECONDS - began)) s."
}

generate() {
  local wanted
  wanted=$(fingerprint shared/prisma/schema.prisma shared/proto/messaging.proto shared/generate.mjs "$install_stamp")
  if [ -f "$generate_stamp" ] && [ "$(<"$generate_stamp")" = "$wanted" ]; then return; fi
  say 'Generating the Prisma client and the gRPC types…'
  node shared/generate.mjs || stop 'The generation failed; the lines above say why.'
  printf '%s\n' "$wanted" >"$generate_stamp"
}

main() {
  local command=${1:-help}
  if (($# > 0)); then shift; fi
  case $command in
    setup | dev | test | health | demo | admin) ;;
    help | --help | -h)
      list_commands
      return
      ;;
    *)
      printf 'There is no command "%s".\n\n' "$command" >&2
      list_commands >&2
      exit 2
      ;;
  esac
  case ${1:-} in --help | -h)
    explain "$command"
    return
    ;;
  esac

  check_node
  if [ "$command" = health ]; then
    [ -d node_modules/tsx ] || stop 'Nothing is installed yet: run ./start.sh setup first.'
  else
    install
    generate
  fi
  exec node -C @meeshy/source --import tsx "scripts/$command.ts" "$@"
}

main "$@"
