"""The global options, as click's context object, and the way from them to a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.ui.cli.console import warn

if TYPE_CHECKING:
    from playground.config import Settings
    from playground.session.client import Session


@dataclass
class App:
    """What was said before the command's name."""

    plugins_dirs: tuple[str, ...] = ()
    offline: bool = False
    verbose: bool = False

    def settings(self, **flags: Any) -> Settings:
        """Settings with these flags over environment and file; a flag of None was not given."""
        from playground.config import load_settings

        given = {name: value for name, value in flags.items() if value is not None}
        if self.offline:
            given["offline"] = True
        if self.plugins_dirs:
            given["plugins"] = list(self.plugins_dirs)
        return load_settings(given)

    def session(self, *, announce: bool = True, **flags: Any) -> Session:
        """A session with these flags; `announce` says on stderr which plugins were set aside."""
        from playground.session.client import Session

        session = Session(self.settings(**flags))
        for quarantined in session.plugins.quarantined if announce else ():
            warn(str(quarantined))
        return session
