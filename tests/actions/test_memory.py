"""Whether what was said was memorised, asked where one is."""

PARAGRAPHS = [f"Scene {n}: enter {n + 2} lords, who speak of {n * 3} swords." for n in range(200)]


def test_memcheck_marks_what_stands_in_the_data(open_bench, tmp_path):
    (tmp_path / "data.txt").write_text("\n\n".join(PARAGRAPHS))
    (tmp_path / "human.txt").write_text("No one knows what was said there, or by whom. " * 9)
    hands = open_bench()
    hands.bench.add(f"Hm. {PARAGRAPHS[7]}")
    shown = hands.type(f"/memcheck {tmp_path / 'data.txt'} held-out={tmp_path / 'human.txt'}")
    assert "held out: human.txt" in shown
    assert "data.txt, line 15" in shown


def test_memcheck_without_a_text_is_an_error(open_bench, tmp_path):
    (tmp_path / "data.txt").write_text("\n\n".join(PARAGRAPHS))
    assert "no text" in open_bench().error(f"/memcheck {tmp_path / 'data.txt'}").text
