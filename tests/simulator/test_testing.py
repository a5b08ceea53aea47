"""The pytest plugin, as another project uses it."""

import pytest

pytest_plugins = ["pytester"]

CONFTEST = 'pytest_plugins = ["aquatint_simulator.testing"]\n'
TESTS = """
from datetime import UTC, date, datetime

import openai
import pytest

IDS = []


def ask(providers, **more):
    with openai.OpenAI(api_key="k", base_url=providers.openai, max_retries=0) as client:
        return client.images.generate(model="gpt-image-2", prompt="a cat", quality="low", **more)


def test_a_retry_that_buys_twice(image_provider_environment):
    image_provider_environment.fault("openai", "billed_then_reset", times=1)
    with openai.OpenAI(max_retries=1) as client:
        client.images.generate(model="gpt-image-2", prompt="a cat", quality="low")
    assert [line.micro_usd for line in image_provider_environment.invoice().lines] == [5890, 5890]
    first, second = image_provider_environment.requests("openai")
    assert (first.status, first.fault) == (None, "billed_then_reset")
    assert (second.status, second.fault) == (200, None)
    assert second.body["prompt"] == "a cat"


def test_nothing_is_left_over(image_providers):
    assert image_providers.invoice().total_micro_usd == 0
    assert image_providers.requests() == []


def test_limits_run_out_with_the_clock(image_providers):
    image_providers.freeze(datetime(2026, 11, 22, 12, tzinfo=UTC))
    image_providers.limit("openai", requests=1)
    assert ask(image_providers).created == 1795348800
    with pytest.raises(openai.RateLimitError) as raised:
        ask(image_providers)
    assert raised.value.response.headers["retry-after"] == "60"
    image_providers.advance(60)
    assert ask(image_providers).created == 1795348860


def test_another_day(image_providers):
    image_providers.as_of(date(2026, 12, 1))
    with openai.OpenAI(api_key="k", base_url=image_providers.openai) as client:
        with pytest.raises(openai.NotFoundError):
            client.images.generate(model="gpt-image-1.5", prompt="a cat")


def test_work_goes_on(image_providers):
    image_providers.latency("openai", ms=300)
    with openai.OpenAI(api_key="k", base_url=image_providers.openai, max_retries=0) as client:
        with pytest.raises(openai.APITimeoutError):
            client.images.generate(
                model="gpt-image-2", prompt="a cat", quality="low", timeout=0.05
            )
    assert image_providers.wait_for_invoice(1).total_micro_usd == 5890
    with pytest.raises(TimeoutError):
        image_providers.wait_for_invoice(2, seconds=0)


def test_orders_that_make_no_sense(image_providers):
    with pytest.raises(ValueError, match="openai has no fault 'boom'"):
        image_providers.fault("openai", "boom")
    image_providers.fault("openai", "status")
    image_providers.clear_faults()
    assert ask(image_providers).data


def told_id(providers):
    ask(providers)
    return providers.requests()[-1].request_id


@pytest.mark.parametrize("again", [1, 2])
def test_ids_differ_between_tests_and_repeat_with_a_seed(image_providers, again):
    IDS.append(told_id(image_providers))
    image_providers.reset(seed="x")
    seeded = told_id(image_providers)
    image_providers.reset(seed="x")
    assert told_id(image_providers) == seeded
    assert len(set(IDS)) == again
"""


def test_the_fixtures_of_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=8)


def test_it_imports_nothing_of_the_gateway(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import sys

        def test_modules(image_providers):
            assert image_providers.requests() == []
            assert not [name for name in sys.modules if name.split(".")[0] == "aquatint"]
        """
    )
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)
