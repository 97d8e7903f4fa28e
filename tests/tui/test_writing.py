"""Writing: the document goes on, stops, branches; what is shown is the tree."""

from __future__ import annotations

from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.candidates import Candidates
from playground.ui.tui.widgets.chain_panel import ChainPanel
from playground.ui.tui.widgets.status_line import StatusLine
from playground.ui.tui.widgets.template_panel import TemplatePanel
from playground.ui.tui.widgets.top_bar import TopBar
from playground.ui.tui.widgets.welcome import Welcome


async def test_the_first_screen_welcomes_and_a_key_lets_the_model_go_on(tale):
    async with tale() as hands:
        welcome = hands.write.query_one(Welcome)
        assert welcome.display
        assert len(welcome.keys) == 4
        await hands.type("Once")
        await hands.press("ctrl+g")
        assert hands.shown == "Once upon a time."
        assert hands.bench.text == "Once upon a time."
        assert [node.kind for node in hands.bench.tree] == ["text", "generated"]
        assert not welcome.display
        assert "14 tokens" in hands.write.status.note.text
        assert hands.write.status.busy == ""


async def test_what_is_written_is_kept_also_while_the_app_ends(tale, home):
    async with tale() as hands:
        await hands.type("Once")
        await hands.write.page.remove()
        hands.app._keeping.keep()
        (kept,) = (home / "data" / "writing").glob("*.unsaved")
        assert '"text":"Once"' in kept.read_text()


async def test_what_was_said_can_be_written_on(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "enter")
        await hands.type(" Yes.")
        assert hands.shown == "Once upon a time. Yes."
        await hands.press("escape")
        assert hands.bench.text == "Once upon a time. Yes."
        assert [node.text for node in hands.bench.tree] == ["Once", " upon a time.", " Yes."]


async def test_an_edit_in_the_middle_is_another_branch_and_the_old_text_stays(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "enter", "backspace")
        await hands.type("!")
        await hands.press("escape")
        assert hands.bench.text == "Once upon a time!"
        assert hands.bench.node.parent == next(iter(hands.bench.tree)).id
        await hands.press("u")
        assert hands.shown == "Once upon a time."


async def test_it_goes_on_from_the_cursor_where_that_is_wanted(tale):
    async with tale() as hands:
        await hands.type("Onces")
        await hands.press("left", "ctrl+b")
        assert hands.bench.text == "Once upon a time."


async def test_escape_stops_and_what_was_said_is_kept(opened, model):
    model("endless", "la" * 3000, after="x", pause=0.01)
    async with opened(model="endless", chain="greedy", max_tokens=5000) as hands:
        await hands.type("x")
        await hands.pilot.press("ctrl+g")
        await hands.until(lambda: len(hands.write.transcript.pieces) > 5)
        transcript = hands.write.transcript
        assert transcript.newest == len(transcript.pieces) - 1
        assert "esc stops" in hands.write.status.busy
        await hands.press("escape")
        assert hands.bench.node.ended == "cancelled"
        assert hands.shown == hands.bench.text
        assert len(hands.bench.node.tokens) >= 5


async def test_while_it_streams_another_generation_is_refused_and_keys_are_answered(opened, model):
    model("endless", "la" * 3000, after="x", pause=0.01)
    async with opened(model="endless", chain="greedy", max_tokens=5000) as hands:
        await hands.type("x")
        await hands.pilot.press("ctrl+g")
        await hands.until(lambda: len(hands.write.transcript.pieces) > 5)
        await hands.pilot.press("ctrl+g", "f3", "f2", "v")
        assert hands.write.transcript.view == "underline"
        assert hands.app.screen is hands.write
        await hands.press("escape")
        assert len([n for n in hands.bench.tree if n.kind == "generated"]) == 1


async def test_retry_is_a_second_try_and_brackets_go_between_tries(opened, model):
    model("choice", [{"a": 0.5, "b": 0.5}] * 40, after="")
    async with opened(model="choice", chain="sample", seed=3, max_tokens=12) as hands:
        await hands.press("ctrl+g")
        first = hands.shown
        await hands.press("r")
        second = hands.shown
        assert first != second
        assert "try 2 of 2" in hands.write.query_one(TopBar).place
        await hands.press("left_square_bracket")
        assert hands.shown == first
        await hands.press("right_square_bracket")
        assert hands.shown == second


async def test_a_token_is_looked_at_and_a_digit_takes_another_one(opened, model):
    script = [{"a": 0.7, "b": 0.3}, {"c": 0.6, "d": 0.4}]
    model("choice", script, after="x")
    async with opened(model="choice", chain="temperature(0.5) | greedy", max_tokens=2) as hands:
        await hands.type("x")
        await hands.press("ctrl+g", "t")
        candidates = hands.write.query_one(Candidates)
        rows = {row.text: row for row in candidates.rows}
        assert rows["c"].taken
        assert round(rows["c"].raw_chance, 2) == 0.6
        assert rows["c"].chance > 0.65
        await hands.press("left")
        assert [row.text for row in candidates.rows[:2]] == ["a", "b"]
        await hands.press("1")
        assert hands.bench.text == "xb"
        assert hands.bench.node.kind == "chosen"
        assert hands.shown == "xb"


async def test_a_click_takes_an_alternative_too(opened, model):
    model("choice", [{"a": 0.7, "b": 0.3}], after="x")
    async with opened(model="choice", chain="greedy", max_tokens=1) as hands:
        await hands.type("x")
        await hands.press("ctrl+g", "t")
        await hands.pilot.click(Candidates, offset=(4, 3))
        await hands.settle()
        assert hands.bench.text == "xb"


async def test_what_the_chain_cut_is_shown_and_cannot_be_taken(opened, model):
    model("choice", [{"a": 0.6, "b": 0.3, "c": 0.1}], after="x")
    async with opened(model="choice", chain="top_k(2) | greedy", max_tokens=1) as hands:
        await hands.type("x")
        await hands.press("ctrl+g", "t")
        rows = hands.write.query_one(Candidates).rows
        assert [(row.text, row.cut) for row in rows[:3]] == [
            ("a", False),
            ("b", False),
            ("c", True),
        ]
        assert round(rows[2].raw_chance, 2) == 0.1
        await hands.pilot.click(Candidates, offset=(4, 4))
        await hands.settle()
        assert hands.bench.text == "xa"


async def test_why_explains_the_token_and_leaves_the_text_where_it_was(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "t", "w")
        assert "greedy would have taken" in hands.app.screen.query_one("Pager").text
        await hands.press("escape")
        assert hands.app.screen is hands.write
        assert hands.shown == "Once upon a time."


async def test_drafts_repaint_the_tail_until_the_text_is_certain(opened, model):
    script = [{"a": 0.5, "b": 0.5}] * 30
    model("choice", script, after="x", pause=0.05)
    async with opened(model="choice", chain="beam(width=2)", max_tokens=30) as hands:
        await hands.type("x")
        await hands.pilot.press("ctrl+g")
        await hands.until(lambda: hands.write.transcript.draft)
        await hands.settle()
        assert hands.write.transcript.draft == ""
        assert hands.shown == hands.bench.text


async def test_the_chain_is_moved_switched_turned_and_removed_by_keys(opened, model):
    model("tale", " upon", after="Once")
    chain = "temperature(0.8) | top_p(0.95) | sample"
    async with opened(model="tale", chain=chain) as hands:
        panel = hands.write.query_one(ChainPanel)
        panel.focus()
        await hands.press("right")
        assert hands.bench.chain == "temperature(0.85) | top_p(0.95) | sample"
        await hands.press("down", "K")
        assert hands.bench.chain == "top_p(0.95) | temperature(0.85) | sample"
        await hands.press("space")
        assert hands.bench.chain == "temperature(0.85) | sample"
        assert [row.on for row in panel.rows] == [False, True, True]
        await hands.press("space")
        assert hands.bench.chain == "top_p(0.95) | temperature(0.85) | sample"
        await hands.press("d")
        assert hands.bench.chain == "temperature(0.85) | sample"


async def test_a_chain_that_cannot_be_is_told_and_shown_as_it_is(opened, model):
    model("tale", " upon", after="Once")
    async with opened(model="tale", chain="top_k(5) | sample") as hands:
        panel = hands.write.query_one(ChainPanel)
        panel.focus()
        await hands.press("down", "K")
        assert hands.write.status.note.kind == "error"
        assert hands.bench.chain == "top_k(5) | sample"
        assert [str(row.stage) for row in panel.rows] == ["top_k(5)", "sample"]


async def test_changing_the_chain_keeps_what_is_being_written(tale):
    async with tale() as hands:
        await hands.type("Onc")
        hands.write.query_one(ChainPanel).focus()
        await hands.press("a")
        await hands.command("/strategy sample")
        assert not hands.write.reading
        assert hands.shown == "Onc"
        assert hands.bench.chain == "sample"


async def test_the_context_is_counted_while_one_types_and_what_is_doubtful_is_told(opened, model):
    model("small", " upon", after="Once", context_length=64)
    async with opened(model="small", chain="greedy", max_tokens=2) as hands:
        top = hands.write.query_one(TopBar)
        await hands.type("Once")
        await hands.until(lambda: top.tokens == 4)
        assert top.limit == 64
        await hands.press("ctrl+g", "enter")
        await hands.type(" x ")
        lint = hands.write.query_one("#lint", StatusLine)
        await hands.until(lambda: lint.note)
        assert "ends in 1 space" in lint.note.text
        await hands.press("ctrl+t")
        assert hands.shown == "Once u x"
        await hands.until(lambda: not lint.note)


async def test_a_template_is_chosen_filled_and_gone_on_with(opened, model, home):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "ask.toml").write_text(
        "layout = '{{q}}: {{a}}'\nquery = '{{topic}}:'\nheader = 'Facts. '\n"
        "[variables.topic]\nhelp = 'what about'\ndefault = 'foxes'\n"
        "[[shots]]\nq = 'one'\na = '1'\n"
    )
    model("tale", " red", after="")
    async with opened(model="tale", chain="greedy", max_tokens=4) as hands:
        await hands.command("/t ask")
        panel = hands.write.query_one(TemplatePanel)
        assert panel.form.values == (("topic", "foxes"),)
        assert (panel.form.shots, panel.form.of_shots) == (1, 1)
        panel.focus()
        await hands.press("left")
        assert panel.form.shots == 0
        await hands.press("g")
        assert hands.bench.text.startswith("Facts. foxes:")
        assert hands.bench.node.kind == "generated"
        panel.focus()
        await hands.press("x")
        assert panel.form is None


async def test_a_failure_is_a_banner_the_text_stays_and_r_goes_on(opened, model, home):
    model("broken", [{"nope": 1.0}], after="x")
    async with opened(model="broken", chain="greedy") as hands:
        await hands.type("x")
        await hands.press("ctrl+g")
        banner = hands.write.query_one(Banner)
        assert banner.display
        assert banner.failure
        assert hands.shown.startswith("x")
        before = len(hands.bench.tree)
        await hands.press("r")
        assert len(hands.bench.tree) >= before
        await hands.press("escape")
        assert not banner.display


async def test_a_command_that_is_typed_is_run_and_long_answers_are_read_in_a_pager(tale):
    async with tale() as hands:
        await hands.command("/max 7")
        assert hands.bench.max_tokens == 7
        assert hands.write.status.note.text == "max_tokens: 7"
        await hands.command("/set")
        assert "max_seconds" in hands.app.screen.query_one("Pager").text
        await hands.press("q")
        assert hands.app.screen is hands.write


async def test_commands_are_completed(tale):
    async with tale() as hands:
        await hands.press("ctrl+o", *"temp")
        offers = hands.app.screen.query_one("Offers")
        assert [offer.text for offer in offers.offers] == ["temp"]
        await hands.press("tab")
        assert hands.app.screen.query_one("Input").value == "/temp"
        await hands.press("escape")
        assert hands.app.screen is hands.write


async def test_a_new_session_is_empty_and_the_old_one_stays(tale):
    async with tale() as hands:
        await hands.type("Once more")
        await hands.press("ctrl+n")
        assert hands.shown == ""
        assert not hands.write.reading
        assert hands.bench.keeper.history.sessions()[0].beginning == "Once more"
