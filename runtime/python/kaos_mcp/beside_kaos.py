"""Runs the server as a child of the kaos command: when that is gone, however it went, the server ends."""

import os
import runpy
import signal
import threading


def _end_with_parent(channel: int) -> None:
    try:
        while os.read(channel, 1024):
            pass
    except OSError:
        pass
    os.kill(os.getpid(), signal.SIGTERM)


# The channel that Node has for its children; nothing comes by it but its end.
_CHANNEL = os.environ.pop("NODE_CHANNEL_FD", None)
if _CHANNEL is not None:
    os.set_blocking(int(_CHANNEL), True)
    threading.Thread(target=_end_with_parent, args=(int(_CHANNEL),), daemon=True).start()
runpy.run_module("kaos_mcp", run_name="__main__", alter_sys=True)
