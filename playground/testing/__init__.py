"""For the tests of plugins: models without weights, and the laws that each kind of plugin obeys.

A test file of a plugin inherits a contract and returns the thing to be tested:

    class TestMinP(ProcessorContract):
        def processor(self):
            return MinP(p=0.1)

pytest then runs every law, and so does `playground plugins check FILE`. Nothing here needs pytest.
"""

from playground.testing.action_contract import ActionContract
from playground.testing.backend_contract import BackendContract
from playground.testing.decode import Decoded, decode, step_after
from playground.testing.desk import ScriptedDesk
from playground.testing.inspected import ScriptedInspected
from playground.testing.inspector_contract import InspectorContract
from playground.testing.laws import Contract, require
from playground.testing.model_contract import ModelContract, TokenizerContract
from playground.testing.processor_contract import ProcessorContract
from playground.testing.recurrent import ToyRecurrent
from playground.testing.scripted import ScriptedBackend, ScriptedModel
from playground.testing.strategy_contract import StrategyContract
from playground.testing.template_contract import TemplateContract
from playground.testing.tokenizers import ByteTokenizer, CharTokenizer

__all__ = [
    "ActionContract",
    "BackendContract",
    "ByteTokenizer",
    "CharTokenizer",
    "Contract",
    "Decoded",
    "InspectorContract",
    "ModelContract",
    "ProcessorContract",
    "ScriptedBackend",
    "ScriptedDesk",
    "ScriptedInspected",
    "ScriptedModel",
    "StrategyContract",
    "TemplateContract",
    "TokenizerContract",
    "ToyRecurrent",
    "decode",
    "require",
    "step_after",
]
