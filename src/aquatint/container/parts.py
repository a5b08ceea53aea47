"""The services one by one, each from the ground and what was built before it."""

from collections.abc import Mapping
from functools import partial

from aquatint.chat.llm import ChatClient
from aquatint.chat.passing import PassThrough
from aquatint.chat.service import ChatService
from aquatint.container.folder import open_signer
from aquatint.container.ground import Ground
from aquatint.container.moderation import moderation_of
from aquatint.container.sign_in import sign_in_of
from aquatint.generations.attempt import Attempts
from aquatint.generations.pickup import Pickup
from aquatint.generations.runner import Runner
from aquatint.generations.service import Generations
from aquatint.generations.spending import Spending
from aquatint.generations.view import Items
from aquatint.identity.service import Identity
from aquatint.policy.limits import LimitsOf
from aquatint.policy.prompt import check_prompt, compile_patterns
from aquatint.providers.base import ImageProvider
from aquatint.quotes.service import Quotes


def identity_of(ground: Ground) -> Identity:
    return Identity(
        db=ground.db,
        clock=ground.clock,
        signer=open_signer(ground.settings),
        session=ground.session,
        sign_in=sign_in_of(ground.settings),
    )


def quotes_of(ground: Ground) -> Quotes:
    settings = ground.settings
    return Quotes(
        db=ground.db,
        blobs=ground.blobs,
        clock=ground.clock,
        signer=open_signer(settings),
        offering=ground.market.offering,
        ttl_seconds=settings.quote_ttl_seconds,
        check_words=partial(
            check_prompt,
            max_length=settings.prompt_max_length,
            blocked=compile_patterns(settings.prompt_blocked_patterns),
        ),
        moderation=moderation_of(settings, ground.db, ground.clock, ground.blobs, ground.session),
    )


def attempts_of(ground: Ground) -> Attempts:
    return Attempts(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        blobs=ground.blobs,
        breakers=ground.market.breakers,
        timeout_seconds=ground.settings.attempt_timeout_seconds,
    )


def runner_of(ground: Ground, providers: Mapping[str, ImageProvider], attempts: Attempts) -> Runner:
    return Runner(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        offering=ground.market.offering,
        providers=providers,
        attempts=attempts,
    )


def generations_of(
    ground: Ground, quotes: Quotes, limits: LimitsOf, runner: Runner, pickup: Pickup
) -> Generations:
    return Generations(
        db=ground.db,
        clock=ground.clock,
        log=ground.log,
        quotes=quotes,
        runner=runner,
        limits_of=limits,
        pickup=pickup,
        worker=ground.worker,
    )


def spending_of(ground: Ground, quotes: Quotes, generations: Generations) -> Spending:
    return Spending(
        db=ground.db,
        clock=ground.clock,
        quotes=quotes,
        generations=generations,
        public_url=ground.settings.public_url,
    )


def chat_of(ground: Ground, quotes: Quotes, items: Items) -> ChatService:
    settings = ground.settings
    return ChatService(
        db=ground.db,
        log=ground.log,
        clock=ground.clock,
        quotes=quotes,
        items=items,
        models=_models(ground),
        worker=ground.worker,
        prices=(settings.chat_price_input, settings.chat_price_output),
    )


def passing_of(ground: Ground) -> PassThrough | None:
    """Programs' way to the chat server, by its first model unless they name one."""
    settings, models = ground.settings, _models(ground)
    if not models:
        return None
    prices = (settings.chat_price_input, settings.chat_price_output)
    return PassThrough(models[0], db=ground.db, clock=ground.clock, prices=prices)


def _models(ground: Ground) -> list[ChatClient]:
    server = ground.settings.chat
    return [ChatClient(ground.session, server, name) for name in server.models] if server else []
