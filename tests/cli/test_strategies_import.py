"""`playground strategies import` prints a chain that `gen -s` takes, and names what it leaves out."""

import json


def test_a_file_becomes_a_chain_and_settings(playground, tmp_path):
    file = tmp_path / "generation_config.json"
    file.write_text(json.dumps({"do_sample": True, "top_k": 5, "max_new_tokens": 9, "odd": 1}))
    ran = playground.run("strategies", "import", str(file))
    assert ran.stdout == "top_k(5, ties='keep') | sample\n"
    assert "beside it: --max-tokens 9" in ran.stderr
    assert "odd = 1: has no counterpart here" in ran.stderr
    chain = ran.stdout.strip()
    assert playground.run("gen", "ROMEO:", "-s", chain, "--max-tokens", "3").exit_code == 0


def test_flags_in_another_engines_order_as_json(playground):
    told = playground.run(
        "strategies", "import", "--flags", "--temp 0.5 --top-k 7", "--order", "hf", "--json"
    )
    assert json.loads(told.stdout) == {
        "chain": "temperature(0.5) | top_k(7) | top_p(0.95) | min_p(0.05) | sample",
        "order": "hf",
        "settings": {},
        "left_out": [],
    }


def test_a_file_or_flags_are_wanted(playground):
    failed = playground.run("strategies", "import")
    assert failed.exit_code == 2
    assert "give one of the two" in failed.stderr
