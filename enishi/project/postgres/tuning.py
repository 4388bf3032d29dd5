"""Settings of the embedded server, from the memory, cores and disk of this machine."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MB = 1024 * 1024


@dataclass(frozen=True)
class Machine:
    """What the server may count on. ``memory``, ``disk`` and ``shared`` are bytes."""

    memory: int
    cores: int
    disk: int
    shared: int  # room in /dev/shm, where parallel queries exchange rows


def this_machine(folder: Path) -> Machine:
    """The machine as this process sees it: a container's limits count, not its host's size."""
    shared = Path("/dev/shm")  # noqa: S108
    return Machine(
        memory=_memory(),
        cores=available_cores(),
        disk=shutil.disk_usage(folder).free,
        shared=shutil.disk_usage(shared).free if shared.is_dir() else 0,
    )


def _memory() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ):
        try:
            return min(physical, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return physical


def available_cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(cores or 1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return max(1, cores or 1)


def configuration(machine: Machine, *, throwaway: bool = False) -> dict[str, str]:
    """Values for postgresql.conf. A throwaway server (tests) gives up safety for speed."""
    cores = machine.cores
    chosen = {
        # One machine carries web, workers and server, so the server takes a sixth of it.
        "shared_buffers": _megabytes(machine.memory / 6, 128, 8192),
        "effective_cache_size": _megabytes(machine.memory / 2, 256, 65536),
        "work_mem": _megabytes(machine.memory / 384, 8, 64),
        "maintenance_work_mem": _megabytes(machine.memory / 24, 64, 1024),
        "max_connections": str(min(300, 80 + 20 * cores)),
        "max_worker_processes": str(max(8, cores)),
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(max(1, min(4, cores))),
        "max_parallel_maintenance_workers": str(max(1, min(4, cores))),
        "dynamic_shared_memory_type": "posix" if machine.shared >= 1024 * MB else "mmap",
        "random_page_cost": "1.1",
        "effective_io_concurrency": "64",
        "jit": "off",
        # A bulk load writes gigabytes of log; few, spread checkpoints keep it at disk speed.
        "max_wal_size": _megabytes(machine.disk / 8, 512, 8192),
        "min_wal_size": _megabytes(machine.disk / 64, 128, 1024),
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_cost_limit": "2000",
        # A statement whose client was killed must not go on for long.
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "password_encryption": "scram-sha-256",
        "scram_iterations": "1",  # the password is 256 random bits; stretching adds only delay
        # Names and addresses of members must not get into the log.
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_checkpoints": "off",
    }
    if throwaway:
        chosen |= {
            "shared_buffers": "256MB",
            "max_connections": "200",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "1GB",
        }
    return chosen


def _megabytes(size: float, least: int, most: int) -> str:
    return f"{int(min(max(size / MB, least), most))}MB"
