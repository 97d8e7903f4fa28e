"""The history: every session's tree in one SQLite database that the front ends of a user share.

docs/history.md says what is kept and argues the choices. Importing this loads sqlite3, so who
might not need the history imports it late.
"""

from playground.session.store.faults import HistoryUnavailable, reason
from playground.session.store.history import History, history_file
from playground.session.store.records import Match, Run, SessionInfo

__all__ = [
    "History",
    "HistoryUnavailable",
    "Match",
    "Run",
    "SessionInfo",
    "history_file",
    "reason",
]
