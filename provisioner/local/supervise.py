"""Runs a command that must not outlive whoever started it.

    python supervise.py COMMAND [ARGUMENT…]

The command gets a process group of its own, stdout and stderr as they are, and a stdin on which nothing comes and
which ends with supervise: a command that watches it ends even when supervise is killed. When supervise's own stdin
ends (its parent closed it, or died, even by SIGKILL), or on SIGTERM, SIGINT or SIGHUP, the whole group gets SIGTERM,
and SIGKILL if any of it is left after some seconds. So stdin has to be a pipe whose other end the parent holds; with
/dev/null it is over at once. Linux and macOS, standard library only.

Exit status: the command's; 128 + n if signal n ended it; 0 when it was ended because stdin did; 126 or 127 if it
could not be started, as in a shell.
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

    # Each signal becomes a byte in this pipe, so that one `select` waits for all there is: signals, SIGCHLD among
    # them, and the end of stdin. The handlers stand before the command starts: no signal can fall between.
    wakeup, wakeup_writer = os.pipe()
    os.set_blocking(wakeup_writer, False)
    signal.set_wakeup_fd(wakeup_writer)
    for number in (*END_SIGNALS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)

    if sys.platform == "linux":
        # What the command leaves behind becomes ours to collect. A container's first process may not do it, and then
        # the dead would still count as living members of the group.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    except OSError as error:
        print(f"supervise.py: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126

    asked = wait_for_the_end(child, wakeup)
    end_group(child)
    if asked is None:
        return child.returncode if child.returncode >= 0 else 128 - child.returncode
    return 128 + asked if asked else 0


def wait_for_the_end(child, wakeup):
    """None when the child ended by itself, the signal's number when one asked for the end, 0 when stdin ended."""
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
    """Ends what is left of the child's group: of an orderly child nothing, of another perhaps its own children."""
    signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while group_lives(child):
        if time.monotonic() > deadline:
            signal_group(child, signal.SIGKILL)
            child.wait()
            return
        time.sleep(POLL_SECONDS)


def group_lives(child):
    child.poll()  # keeps the child's own status, before the loop could collect it
    try:
        while os.waitpid(-child.pid, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return signal_group(child, 0)


def signal_group(child, number):
    """Whether there was a group to get the signal. Its id is the child's, which led it from the start."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS, when only members that nobody has collected yet are left
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
