#!/bin/bash
# Builds the lab kernel (user-mode Linux, from Debian's kernel source) with its drivers, once for each set of inputs.
#   tests/lab/build.sh           build it unless it is there; prints its folder, size and how long it took
#   tests/lab/build.sh --where   only print the folder
# RIGCHECK_LAB_CACHE says where (default ~/.cache/rigcheck-lab); RIGCHECK_LAB_WORK where to build (2 GB, default /var/tmp).
set -euo pipefail
here=$(dirname "$(realpath "$0")")
cache=${RIGCHECK_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigcheck-lab}
version=$(dpkg-query -W -f='${Version}' linux-source-6.1 2>/dev/null || true)
key=$(cat "$here/build.sh" "$here/kernel.config" "$here/lab.dts" - <<<"$version" | sha256sum | cut -c1-16)
out=$(realpath -m "$cache/$key")
if [ "${1:-}" = --where ]; then echo "$out"; exit; fi
size() { du -sh "$out" | cut -f1; }
if [ -e "$out/ready" ]; then echo "lab kernel: $out, $(size), built earlier"; exit; fi

began=$SECONDS
[ -n "$version" ] || { echo "lab kernel: linux-source-6.1 is not installed (.ci/setup lab installs it)" >&2; exit 1; }
work=$(mktemp -d "${RIGCHECK_LAB_WORK:-/var/tmp}/rigcheck-lab.XXXXXX")
made=$out.$$
trap 'rm -rf "$work" "$made"' EXIT
mkdir -p "$work/source" "$work/build" "$work/loopback" "$made"

tar -xJf /usr/src/linux-source-6.1.tar.xz -C "$work/source" --strip-components=1
sed -i '/^if !UML$/d; /^endif # !UML$/d' "$work/source/sound/Kconfig" # ALSA is kept from user-mode Linux by this one line
make() { command make -s -C "$work/source" ARCH=um O="$work/build" -j"$(nproc)" "$@" >>"$work/log" 2>&1 || { tail -40 "$work/log" >&2; exit 1; }; }
make allnoconfig
"$work/source/scripts/kconfig/merge_config.sh" -m -O "$work/build" "$work/build/.config" "$here/kernel.config" >>"$work/log" 2>&1
make olddefconfig
while read -r wanted; do
  grep -qxF "$wanted" "$work/build/.config" || { echo "lab kernel: its configuration lost $wanted" >&2; exit 1; }
done < <(grep '=[ym]$' "$here/kernel.config")
make linux modules

(cd "$work" && apt-get download -qq -o APT::Sandbox::User= v4l2loopback-dkms && dpkg -x v4l2loopback-dkms_*.deb package) >>"$work/log" 2>&1
cp "$work"/package/usr/src/v4l2loopback-*/*.[ch] "$work/loopback"
echo 'obj-m := v4l2loopback.o' >"$work/loopback/Kbuild"
make M="$work/loopback" modules

make INSTALL_MOD_PATH="$made" INSTALL_MOD_STRIP=1 modules_install
release=$(ls "$made/lib/modules")
rm -f "$made/lib/modules/$release"/{build,source}
install -D -m 644 "$work/loopback/v4l2loopback.ko" "$made/lib/modules/$release/extra/v4l2loopback.ko"
depmod -b "$made" "$release"
strip -o "$made/linux" "$work/build/linux"
"$work/build/scripts/dtc/dtc" -q -o "$made/lab.dtb" "$here/lab.dts"
touch "$made/ready"
rm -rf "$out"
mv "$made" "$out"
echo "lab kernel: $out, $(size), built in $((SECONDS - began)) s"
