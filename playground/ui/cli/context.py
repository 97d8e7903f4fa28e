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
    in_process: bool = False

    def settings(self, **flags: Any) -> Settings:
        """Settings with these flags over environment and file; a flag of None was not given."""
        from playground.config import load_settings

        given = {name: value for name, value in flags.items() if value is not None}
        if self.offline:
            given["offline"] = True
        if self.in_process:
            given["worker"] = False
        if self.plugins_dirs:
            given["plugins"] = list(self.plugins_dirs)
        return load_settings(given)

    def session(self, *, announce: bool = True, asking: bool = False, **flags: Any) -> Session:
        """A session with these flags; `announce` says on stderr which plugins were set aside.

        `asking`: its model will be asked something, so who answers begins while plugins are imported.
        """
        from playground.session.client import Session

        session = Session(self.settings(**flags), tell=warn)
        if asking:
            session.prepare()
        for quarantined in session.plugins.quarantined if announce else ():
            warn(str(quarantined))
        return session
