"""Runs a command that must end with the process that started it.

    python supervise.py COMMAND [ARGUMENT…]

The command gets its own process group, the same stdout and stderr, and an empty stdin that closes when supervise
ends: a command that watches its stdin ends even when supervise is killed. When supervise's own stdin closes (its
parent closed it or died, even by SIGKILL), or on SIGTERM, SIGINT or SIGHUP, the whole group gets SIGTERM, and SIGKILL
if any of its processes is left after some seconds. So stdin must be a pipe whose other end the parent keeps open; with
/dev/null, supervise ends at once. It runs on Linux and macOS and needs the standard library only.

The exit status is the command's; 128 + n if signal n ended it; 0 if it was ended because stdin closed; 126 or 127 if
it could not be started, as in a shell.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 5.0
POLL_SECONDS = 0.05
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
END_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(command):
    if not command:
        print("usage: supervise.py COMMAND [ARGUMENT…]", file=sys.stderr)
        return 2

    # Each signal becomes a byte in this pipe, so that one `select` waits for all events: signals, including SIGCHLD,
    # and the end of stdin. The handlers are installed before the command starts, so that no signal is missed.
    wakeup, wakeup_writer = os.pipe()
    os.set_blocking(wakeup_writer, False)
    signal.set_wakeup_fd(wakeup_writer)
    for number in (*END_SIGNALS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)

    if sys.platform == "linux":
        # This process must reap the command's orphaned children. The first process of a container may not do it, and
        # ended processes that are not reaped would still count as members of the group.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    except OSError as error:
        print(f"supervise.py: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126

    requested = wait_for_shutdown(child, wakeup)
    end_group(child)
    if requested is None:
        return child.returncode if child.returncode >= 0 else 128 - child.returncode
    return 128 + requested if requested else 0


def wait_for_shutdown(child, wakeup):
    """Returns None when the child ended by itself, the number of a signal that requested the end, 0 at stdin's end."""
    while child.poll() is None:
        ready, _, _ = select.select([wakeup, sys.stdin], [], [])
        if wakeup in ready:
            for number in os.read(wakeup, 64):
                if number in END_SIGNALS:
                    return number
        elif not os.read(0, 4096):
            return 0
    return None


def end_group(child):
    """Ends the remaining processes of the child's group, if any: the child may have left children of its own."""
    signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while group_exists(child):
        if time.monotonic() > deadline:
            signal_group(child, signal.SIGKILL)
            child.wait()
            return
        time.sleep(POLL_SECONDS)


def group_exists(child):
    child.poll()  # stores the child's exit status, before the loop could reap the child
    try:
        while os.waitpid(-child.pid, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return signal_group(child, 0)


def signal_group(child, number):
    """Returns whether the group exists to get the signal. Its id is the child's, which is its leader from the start."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS, when only ended processes that are not reaped are left
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
