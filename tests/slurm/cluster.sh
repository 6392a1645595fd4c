#!/bin/bash
# A SLURM cluster of this one machine, in a folder of its own: `cluster.sh start DIR`, `cluster.sh stop DIR`.
# Needs root and Debian's packages slurm-wlm and munge; exits with 77 and says so where they are absent.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
action=$1
dir=$(realpath -m "$2")

stop() {
  for name in slurmd slurmctld munged; do
    [ -f "$dir/$name.pid" ] && kill "$(cat "$dir/$name.pid")" 2>/dev/null
  done
  true
}

if [ "$action" = stop ]; then
  stop
  exit 0
fi

for command in munged slurmctld slurmd sbatch squeue scancel scontrol; do
  if ! command -v "$command" >/dev/null; then
    echo "no $command on this machine (Debian's packages slurm-wlm and munge)"
    exit 77
  fi
done
if [ "$(id -u)" != 0 ]; then
  echo "starting SLURM needs root"
  exit 77
fi

mkdir -p "$dir/state" "$dir/spool"
chmod 755 "$dir"
host=$(hostname -s)
memory=$(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) / 1024 - 512))

(umask 077 && head -c 128 /dev/urandom >"$dir/munge.key")
munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" --pid-file="$dir/munged.pid" \
  --log-file="$dir/munged.log" --seed-file="$dir/munged.seed" 2>"$dir/munged.err"

# Two processors are claimed even where there is one, so that tasks run beside each other. Ports are not
# SLURM's own, so that a cluster that is already here is left alone.
cat >"$dir/slurm.conf" <<EOF
ClusterName=crossfold
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${SLURM_TEST_PORT:-26817}
SlurmdPort=$((${SLURM_TEST_PORT:-26817} + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmdSpoolDir=$dir/spool
StateSaveLocation=$dir/state
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
KillWait=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=$memory State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF="$dir/slurm.conf"
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 100); do
  if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then
    exit 0
  fi
  sleep 0.1
done
echo "the cluster does not come up; its logs:" >&2
tail -5 "$dir"/*.log "$dir"/*.err >&2
stop
exit 1
