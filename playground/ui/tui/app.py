"""The app: it wires screens, desk and keys, and does nothing else."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.screen import Screen

from playground.api.actions import Action
from playground.api.outputs import CopyText, Note, Quit
from playground.session.actions.table import BUILT_IN, with_those_of
from playground.ui.tui import themes
from playground.ui.tui.desk import Answered, Desk, Done
from playground.ui.tui.feed import Feed
from playground.ui.tui.keeping import Keeping
from playground.ui.tui.key import Key
from playground.ui.tui.keys import BY_ID, bindings, keymap
from playground.ui.tui.messages import Asking, Failed, Heard, Opened, Run, ShowAnswer, TypeLine
from playground.ui.tui.palette import ActionProvider, needs_more
from playground.ui.tui.places import HERE, place_of
from playground.ui.tui.saved import Saved
from playground.ui.tui.screens.answer import AnswerScreen
from playground.ui.tui.screens.browse import BrowseScreen
from playground.ui.tui.screens.command import CommandScreen
from playground.ui.tui.screens.compare import LINE as COMPARE
from playground.ui.tui.screens.compare import CompareScreen
from playground.ui.tui.screens.help import HelpScreen
from playground.ui.tui.screens.inspect import LINE as INSPECT
from playground.ui.tui.screens.inspect import InspectScreen
from playground.ui.tui.screens.log import LogScreen
from playground.ui.tui.screens.models import ModelsScreen
from playground.ui.tui.screens.panes import PaneScreen
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.screens.plugins import PluginsScreen
from playground.ui.tui.screens.templates import TemplatesScreen
from playground.ui.tui.screens.train import TrainScreen
from playground.ui.tui.screens.tree import TreeScreen
from playground.ui.tui.screens.write import WriteScreen
from playground.ui.tui.unsaved import UnsavedFile

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

ENDING = ("SIGTERM", "SIGHUP", "SIGINT")
WARMING = 0.05
"""Seconds after the first paint when what takes time begins."""
KEEPING = 1.0
"""Seconds between two looks whether there is something unsaved."""
LOOKING = 0.25
"""Seconds between two looks whether the terminal is still there."""


class PlaygroundApp(App[int], inherit_bindings=False):
    """Write, see, branch."""

    TITLE = "textgen-playground"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {ActionProvider}
    BINDINGS: ClassVar = [*bindings("app"), *bindings("failure")]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = BY_ID["app.palette"].key

    def __init__(self, bench: Workbench, *, unsaved: UnsavedFile | None = None) -> None:
        """Raises InvalidInput where the configuration names a key or a theme that there is not."""
        self.chosen_keys = keymap(bench.settings.keys)
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-medium"), (100, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
        self.bench = bench
        self._feed: Feed | None = None
        self.desk = Desk(bench, self.tell)
        self.write = WriteScreen(bench, self.desk)
        self.compare = CompareScreen(bench, self.desk, lambda: self.write.page.text)
        self.inspect = InspectScreen(bench, self.desk, lambda: self.write.page)
        self._places: dict[str, PlaceScreen] = {
            "inspect": self.inspect,
            "compare": self.compare,
            "tree": TreeScreen(bench),
            "models": ModelsScreen(bench, self.desk),
            "log": LogScreen(bench, self.desk),
            "templates": TemplatesScreen(
                bench, self.desk, lambda: self.write.page.text, lambda: self.write.may_ask
            ),
            "plugins": PluginsScreen(bench, self.desk),
            "train": TrainScreen(bench, self.desk),
        }
        self._saved = Saved(bench)
        self._keeping = Keeping(bench, self.desk, self.write, unsaved or UnsavedFile())
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.chosen(bench.settings.theme, self.available_themes)
        self.set_keymap(self.chosen_keys)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being done, and all that was told is shown."""
        return self.desk.idle and (self._feed is None or self._feed.empty)

    # From its beginning to its end

    def get_default_screen(self) -> Screen[Any]:
        return self.write

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        self._feed = Feed(loop, lambda told: self.post_message(Heard(told)))
        for name in ENDING:
            if hasattr(signal, name):
                number = getattr(signal, name)
                loop.add_signal_handler(number, self._end, 128 + number)
        self.desk.start()
        self.set_interval(KEEPING, self._look_at_files)
        if sys.stdin.isatty():
            self.set_interval(LOOKING, self._look_at_terminal)

    def on_opened(self, message: Opened) -> None:
        """Before a key is taken: what is typed next is typed after what is put back."""
        if self._keeping.restore():
            self.notify("what had not been kept is here again", markup=False)
        self.set_interval(KEEPING, self._keeping.keep)
        self.set_timer(WARMING, self._warm)

    def _warm(self) -> None:
        """What takes time, after the first paint."""
        gc.enable()
        self.desk.ask("warm", self.bench.warm)
        self.desk.ask("actions", lambda: self.bench.actions)

    def _look_at_files(self) -> None:
        if self.bench.plugins_or_nothing is not None:
            self.desk.ask("saved", self._saved.poll)

    def _look_at_terminal(self) -> None:
        """Leave where it is gone without a signal, as one that is not the controlling one is."""
        if not sys.stdin.isatty():
            self._end(128 + signal.SIGHUP)

    def action_leave(self) -> None:
        self._end(0)

    def _end(self, code: int) -> None:
        self._keeping.put_away()
        self.exit(code)

    def on_exit_app(self) -> None:
        """However it ends: a page that is closed in a browser asks for nothing else."""
        self._keeping.put_away()

    # What comes of the work

    def tell(self, told: Any) -> None:
        """Show what came of the work, from any thread."""
        if self._feed is not None:
            self._feed.put(told)

    def on_heard(self, message: Heard) -> None:
        if not self.is_running:  # it ends, and takes its widgets down
            return
        self.write.take(message.told)
        self.compare.take(message.told)
        for told in message.told:
            if isinstance(told, CopyText):
                self.copy_to_clipboard(told.text)
            elif isinstance(told, Quit):
                self._end(0)
            elif isinstance(told, Answered):
                self._route(told)
            elif isinstance(told, Note):
                self._say(told)
        if any(isinstance(told, Done) for told in message.told):
            for screen in self._places.values():
                if screen.is_current:
                    screen.work_changed()

    def _route(self, answer: Answered) -> None:
        if answer.name == "warm" and self.bench.settings.worker:
            self.write.allow_asking()
        elif answer.name == "warm":
            self.write.look()
        elif answer.name == "saved" and answer.value:
            self._show_saved(answer.value)
        for screen in self.screen_stack:
            if isinstance(screen, Asking):
                screen.answered(answer)

    def _show_saved(self, notes: list[Note]) -> None:
        """Files of plugins or templates have changed, which may be what the panels show."""
        for note in notes:
            self._say(note)
            self.write.status.note = note
        self.write.look()
        if isinstance(self.screen, BrowseScreen):
            self.screen.work_changed()

    def _say(self, note: Note) -> None:
        if isinstance(self.screen, BrowseScreen | TrainScreen):
            self.screen.say(note)

    # What is wanted

    def on_failed(self, message: Failed) -> None:
        """Tell it on the screen that is seen, too; the document tells it itself."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, PlaceScreen):
                screen.fail(message.failure, self.action_retry)
                return

    def on_run(self, message: Run) -> None:
        self.write.run_line(message.line, shown=message.shown)

    def on_type_line(self, message: TypeLine) -> None:
        self.action_command(message.line)

    def on_show_answer(self, message: ShowAnswer) -> None:
        self.push_screen(AnswerScreen(message.outputs))

    def action_run_line(self, line: str) -> None:
        self.write.run_line(line)

    def action_generate(self) -> None:
        self._go_home()
        self.write.generate()

    def action_generate_here(self) -> None:
        self._go_home()
        self.write.generate(from_cursor=True)

    def action_retry(self) -> None:
        self._go_home()
        self.write.try_again()

    def action_new(self) -> None:
        self._go_home()
        self.write.begin()

    def action_stop(self) -> None:
        if self.screen is self.write:
            self.write.stop()
        elif self._at_failure is not None:
            self._at_failure.put_away()
        elif isinstance(self.screen, BrowseScreen) and self.screen.is_at_page:
            self.screen.next_panel()
        elif not self.desk.stop():
            self._go_home()

    @property
    def _at_failure(self) -> PlaceScreen | None:
        """The screen that is seen, where it tells that something failed."""
        screen = self.screen
        return screen if isinstance(screen, PlaceScreen) and screen.failed else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "go_on" or self._at_failure is not None

    def action_go_on(self) -> None:
        if self._at_failure is not None:
            self._at_failure.go_on()

    def action_go(self, name: str) -> None:
        """Show a screen; `write` is what all the others lie on."""
        if self.screen is self._places.get(name):
            return
        if isinstance(self.screen, tuple(type(screen) for screen in self._places.values())):
            self.pop_screen()
        if name in self._places:
            self.push_screen(self._places[name])

    def action_command(self, line: str) -> None:
        if not isinstance(self.screen, CommandScreen):
            self.push_screen(CommandScreen(self.bench, self.desk, line), self._typed)

    def action_help(self) -> None:
        place = place_of(self.focused, self.screen)
        actions = {action.name: action for action in self.known_actions()}
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(place, actions, self.chosen_keys))

    def action_mend(self) -> None:
        self.write.mend()

    def action_view(self) -> None:
        self.write.next_view()

    def action_measure(self) -> None:
        self.write.next_measure()

    def action_panel(self) -> None:
        screen = self.screen if isinstance(self.screen, BrowseScreen | PaneScreen) else self.write
        screen.next_panel()

    def action_sibling(self, step: int) -> None:
        self.write.sibling(step)

    def action_take(self, rank: int) -> None:
        self.write.take_alternative(rank)

    def action_why(self) -> None:
        self.write.why()

    async def press(self, key: Key) -> None:
        """As if the key had been pressed."""
        await self.run_action(key.binding.action)

    def choose_action(self, action: Action) -> None:
        """Run an action of the table, or let the user type what it needs."""
        if needs_more(action):
            self.action_command(f"/{action.name} ")
        else:
            self._typed(f"/{action.name}")

    def known_actions(self) -> Iterable[Action]:
        """The built-in ones, and those of plugins that are loaded."""
        plugins = self.bench.plugins_or_nothing
        known = with_those_of(plugins) if plugins else BUILT_IN
        return {action.name: action for action in known.values()}.values()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)

    def _typed(self, line: str | None) -> None:
        """Run a line that was typed; for some the screen has something better than their outputs."""
        if line is None or not line.strip():
            return
        if (action := HERE.get(line.strip())) is not None:
            self.call_next(self.run_action, f"app.{action}")
        elif line.partition(" ")[0] == COMPARE:
            self.action_go("compare")
            self.compare.call_after_refresh(self.compare.begin, line)
        elif line.partition(" ")[0] == INSPECT:
            self.action_go("inspect")
            self.inspect.call_after_refresh(self.inspect.begin, line)
        else:
            self.write.run_line(line, shown=True)

    def action_edit(self) -> None:
        self._go_home()
        self.write.write()

    def _go_home(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
