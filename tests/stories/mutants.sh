#!/bin/sh
# Puts known faults into a copy of the product, one at a time, and shows which requirement finds each.
# Usage: tests/stories/mutants.sh [stories]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
missed=0

# mutant NAME FILE PERL
mutant() {
  rm -rf "$copy/src" "$copy/tests"
  cp -R "$root/src" "$root/tests" "$root/Cargo.toml" "$root/Cargo.lock" "$root/README.md" "$copy/"
  [ -d "$copy/xtask" ] || cp -R "$root/xtask" "$copy/" 2>/dev/null || true
  before=$(cksum <"$copy/$2")
  perl -0pi -e "$3" "$copy/$2"
  if [ "$before" = "$(cksum <"$copy/$2")" ]; then
    echo "$1: its place was not found, so that nothing was changed"
    missed=1
    return
  fi
  found=$(cd "$copy" && CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}" STORIES="${stories}" \
    cargo test --offline --quiet ${PROFILE:+--profile "$PROFILE"} --test stories ethgas 2>&1 |
    grep -E '^[a-z0-9_]+ \(HALLPASS_SEED|could not compile' | sort -u | head -1) || true
  case $found in
  "") echo "$1: MISSED by $stories stories" && missed=1 ;;
  *compile*) echo "$1: does not build: $found" && missed=1 ;;
  *) echo "$1: $found" ;;
  esac
}

stories=${1:-200000}
mutant "the read inside the lock is left out" src/protocol/renewal.rs \
  's/(would end the session\.\n)        self\.follow\(true\)\.await;\n/$1/'
mutant "an answer is taken without a look at the epoch" src/protocol/renewal.rs \
  's/if handle\.epoch\(\) != epoch (\{\n                return if)/if false $1/;
   s/session\.renewed\(epoch, grant/session.renewed(session.epoch(), grant/'
mutant "a login is taken though a logout has overtaken it" src/protocol/login.rs \
  's/self\.handle\.attempt\(\) == attempt/self.handle.attempt() >= attempt/'
mutant "a sign-out is noted after the request" src/protocol/logout.rs \
  's/(        if let Some\(login\) = login\n.*?\n        \}\n)(.*?)(        self\.handle\.spawn\(\|run\| run\.look_behind)/$2$1$3/s'
mutant "a failed write is ignored" src/protocol/keep.rs \
  's/Written::Failed => return self\.not_kept\(deletes, own, known, overwrites\)\.await,/Written::Failed => return,/'
mutant "a replay is not asked for its user" src/protocol/request.rs \
  's/if self\.handle\.pass\(asked\)\?/if self.handle.pass(&self.handle.person())?/'
mutant "a token is renewed without the lock" src/protocol/renewal.rs \
  's/while let Outcome::Waiting = self\.ask\(Effect::Lock\(name\.clone\(\)\)\)\.await \{/while false \&\& name.is_empty() {/'
mutant "a no is believed without another look at the store" src/protocol/renewal.rs \
  's/            self\.follow\(false\)\.await;\n(            \/\/ The token of before)/$1/'
mutant "what a failed write was to replace is left there" src/protocol/keep.rs \
  's/if !deletes && removes \{/if false {/'
mutant "a pause is not kept" src/session/renewal.rs \
  's/let until = now\.wall \+ backoff_ms/let until = now.wall + 0.0 * backoff_ms/'
mutant "older sessions are not revoked" src/protocol/login.rs \
  's/older\.filter\(gone\)/older.filter(|_| false)/'
exit $missed
