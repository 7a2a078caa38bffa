#!/bin/bash
# Boots the lab kernel on this machine's own files and runs a command there, in the current folder, as the guest's root.
#   tests/lab/run.sh FOLDER PYTHON COMMAND...
# Everything is read-only in the guest but its own memory and FOLDER, which it sees as /run/lab. The exit status is the
# command's; 125 where the guest ended without one. RIGCHECK_LAB_LIMIT: seconds after which it is killed (default 1500).
# Needs neither root nor KVM: user-mode Linux is a program. It does need a folder in memory that programs may run from.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
kernel=$("$here/build.sh" --where)
folder=$(realpath "$1")
python=$2
shift 2
memory=$(mktemp -d /dev/shm/rigcheck-lab.XXXXXX)
trap 'rm -rf "$memory"' EXIT
printf 'KERNEL=%q PLACE=%q PYTHON=%q CI=%q\n' "$kernel" "$PWD" "$python" "${CI:-}" >"$folder/environment"
printf '%q ' "$@" >"$folder/command"
rm -f "$folder/status"
first= # figures of time are taken in there: it goes before what else this machine does, where that is allowed
if [ "$(nice -n -10 nice 2>/dev/null)" = -10 ]; then first="nice -n -10"; fi
# The command's output is the guest's console; the kernel's own words are not.
TMPDIR=$memory $first timeout -k 5 "${RIGCHECK_LAB_LIMIT:-1500}" "$kernel/linux" \
  mem="${RIGCHECK_LAB_MEMORY:-2G}" root=none rootfstype=hostfs rootflags=/ ro init="$here/init.sh" "labdir=$folder" \
  "dtb=$kernel/lab.dtb" "uml_dir=$memory/" con=null con0=fd:0,fd:1 ssl=null loglevel=1 </dev/null || true
exit "$(cat "$folder/status" 2>/dev/null || echo 125)"
