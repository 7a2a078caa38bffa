#!/bin/bash
# The guest's first and only process of its own: mounts, the command, power off. See run.sh.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t configfs config /sys/kernel/config
mkdir -p /dev/shm /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mkdir -p /run/lab /run/tmp /run/home
mount -t hostfs none /run/lab -o "$(sed -n 's/.*labdir=\([^ ]*\).*/\1/p' /proc/cmdline)"
. /run/lab/environment
touch /run/lab/environment.read
export CI TMPDIR=/run/tmp HOME=/run/home PYTHONDONTWRITEBYTECODE=1 RIGCHECK_LAB=here MODPROBE_OPTIONS="-d $KERNEL"
ip link set lo up
cd "$PLACE"
bash /run/lab/command </dev/null
echo $? >/run/lab/status
sync
exec "$PYTHON" -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)' # power off; a minimal Debian has no halt
