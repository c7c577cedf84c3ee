# SPDX-License-Identifier: Apache-2.0
"""The compat bench: one configuration and message through exim4 ("theirs") and Postern ("ours"), everything compared."""
from .case import (Call, Case, Comsat, Config, Dir, Fifo, FifoReader, File, HardLink, Locked, MbxLockFile, Peer, Send, Symlink, Touch,
                   MESSAGE, RETRY, message, conf, one_transport)
from .groups import Lines, compat, compat_lines

__all__ = ["Call", "Case", "Comsat", "Config", "Dir", "Fifo", "FifoReader", "File", "HardLink", "Lines", "Locked", "MbxLockFile",
           "Peer", "Send", "Symlink", "Touch", "MESSAGE", "RETRY", "compat", "compat_lines", "conf", "message", "one_transport"]
