# shellcheck shell=bash
# What the scripts share: messages, installing what is missing, building.
# Sourced, never run.  Expects `set -eu` and leaves the working folder at the top
# of the tree.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# quietly WHAT COMMAND...: run it with its output kept aside; a line every ten
# seconds says that it is alive.  If it fails, the end of its output is shown.
quietly() {
    local what=$1 log status=0 started=$SECONDS heart
    shift
    log=$(mktemp)
    say "$what ..."
    (
        trap 'kill "$nap" 2>/dev/null; exit 0' TERM
        while kill -0 $$; do
            sleep 10 &
            nap=$!
            wait "$nap"
            printf '    ... %s s: %.60s\n' $((SECONDS - started)) \
                "$(tail -n 1 "$log" | tr -cd '[:print:]')"
        done
    ) 2>/dev/null &
    heart=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$heart" 2>/dev/null || true
    wait "$heart" 2>/dev/null || true
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$log"
        printf '    %s: failed after %s s\n' "$what" $((SECONDS - started))
    elif [ $((SECONDS - started)) -ge 3 ]; then
        printf '    done in %s s\n' $((SECONDS - started))
    fi
    rm -f "$log"
    return "$status"
}

# ---- installing -------------------------------------------------------------

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_missing PURPOSE...: what script/packages lists for them, if it is not
# there yet.  Nothing is asked of apt when all is there.
install_missing() {
    local package missing=()

    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "no apt here: install by hand what script/packages names"
        return
    fi
    for package in $(script/packages "$@"); do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "these packages are missing, and I am \
neither root nor is there sudo; install them and run me again:
    apt-get install --no-install-recommends ${missing[*]}"
        sudo true || die "sudo refused; missing: ${missing[*]}"
    fi
    say "missing: ${missing[*]}"
    quietly "apt-get update" as_root apt-get update -q ||
        say "apt-get update failed; trying with the package lists as they are"
    quietly "installing ${#missing[@]} packages (a few minutes the first time)" \
        as_root apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
        die "apt-get could not install: ${missing[*]}"
}

# ---- building ---------------------------------------------------------------

# build FOLDER COMPILER [MESON-OPTION...]: configure once (again
# when options are given that differ) and compile what is not current: everything,
# or what $TARGETS names (`objects`: all that is compiled, and nothing linked), with
# $LINKER.
build() {
    local folder=$1 compiler=$2 wanted had
    shift 2
    wanted="CC=$compiler${LINKER:+,$LINKER} $*"
    had=$(cat "$folder/.options" 2>/dev/null || true)
    if [ ! -f "$folder/build.ninja" ]; then
        quietly "configuring $folder ($compiler)" \
            env CC="$compiler" ${LINKER:+CC_LD="$LINKER"} \
            meson setup "$folder" "$@" || return 1
    elif [ $# -gt 0 ] && [ -n "$had" ] && [ "${had%% *}" != "${wanted%% *}" ]; then
        # Compiler and linker are chosen once, when a folder is made.
        quietly "configuring $folder anew ($compiler)" \
            env CC="$compiler" ${LINKER:+CC_LD="$LINKER"} \
            meson setup --wipe "$folder" "$@" || return 1
    elif [ $# -gt 0 ] && [ "$had" != "$wanted" ]; then
        quietly "configuring $folder again" meson configure "$folder" "$@" ||
            return 1
    fi
    [ $# -eq 0 ] || printf '%s\n' "$wanted" >"$folder/.options"
    # shellcheck disable=SC2046
    quietly "building $folder ($compiler)" ninja -C "$folder" $(targets_in "$folder")
}

targets_in() {
    local targets=" ${TARGETS-} "
    if [ "$targets" != "${targets/ objects /}" ]; then
        ninja -C "$1" build.ninja >/dev/null # which may be older than the tree
        ninja -C "$1" -t targets all | sed -n 's/\.o: .*/.o/p'
    fi
    printf '%s\n' "${targets/ objects / }"
}
