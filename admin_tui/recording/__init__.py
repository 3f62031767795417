"""What was seen in a session, kept in a file, and seen again from it without any server."""

from admin_tui.recording.record import Recorder
from admin_tui.recording.replay import Replay
from admin_tui.recording.tape import Tape

__all__ = ["Recorder", "Replay", "Tape"]
