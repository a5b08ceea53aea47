"""The providers of the contract suite; a new one joins by one more `Adapter`.

The bodies are derived from the providers' documents and from published recordings.
"""

from tests.contract.compatible_words import COMPATIBLE
from tests.contract.gemini_words import GEMINI
from tests.contract.openai_words import OPENAI
from tests.contract.replicate_words import REPLICATE
from tests.contract.together_words import TOGETHER

ADAPTERS = (OPENAI, TOGETHER, REPLICATE, GEMINI, *COMPATIBLE)
