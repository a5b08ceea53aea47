"""`aquatint quote` and `aquatint generate`: a price, your word, and the picture in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from aquatint.cli import show
from aquatint.cli.common import DataDir, Json, complain, say
from aquatint.cli.exits import Exit, misused, not_saved
from aquatint.cli.gateway import ApiKey, Url, gateway, tell
from aquatint.cli.saving import check_target, save
from aquatint.cli.wishes import (
    Count,
    Expand,
    Images,
    Mask,
    MaxCost,
    Model,
    Negative,
    OperationOption,
    Partial,
    Prompt,
    Provider,
    Seed,
    Size,
    Style,
    TierOption,
    amount,
    wishes,
    words,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from aquatint_client import Aquatint, Generation, Quote

Out = Annotated[Path, typer.Option("--out", metavar="PATH|DIR", help="Where the picture goes.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Buy without asking.")]
Earlier = Annotated[
    str | None,
    typer.Option("--quote", metavar="ID", help="Buy what `aquatint quote` showed, at its price."),
]
_HERE = Path()
_OPEN = "pending"  # the status of a quote that can be bought; any other buys nothing more


def quote(  # noqa: PLR0913, PLR0917  # each option of the command is an argument
    prompt: Prompt = "",
    tier: TierOption = None,
    model: Model = None,
    provider: Provider = None,
    size: Size = None,
    n: Count = 1,
    style: Style = None,
    image: Images = None,
    mask: Mask = None,
    operation: OperationOption = None,
    expand: Expand = None,
    seed: Seed = None,
    negative_prompt: Negative = None,
    partial_images: Partial = 0,
    url: Url = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what a picture would cost, and who would make it; nothing is bought."""
    wanted = wishes(
        tier=tier,
        model=model,
        provider=provider,
        size=size,
        n=n,
        style=style,
        image=image,
        mask=mask,
        operation=operation,
        expand=expand,
        seed=seed,
        negative_prompt=negative_prompt,
        partial_images=partial_images,
    )
    said = words(prompt)
    with gateway(url, api_key, data_dir, as_json=as_json) as client:
        made = client.quote(said, **wanted)
    if as_json:
        tell(made.raw)
    else:
        typer.echo("\n".join(show.quote_lines(made)))


def generate(  # noqa: PLR0913, PLR0917  # each option of the command is an argument
    prompt: Prompt = "",
    tier: TierOption = None,
    model: Model = None,
    provider: Provider = None,
    size: Size = None,
    n: Count = 1,
    style: Style = None,
    image: Images = None,
    mask: Mask = None,
    operation: OperationOption = None,
    expand: Expand = None,
    seed: Seed = None,
    negative_prompt: Negative = None,
    partial_images: Partial = 0,
    out: Out = _HERE,
    max_cost: MaxCost = None,
    quote_id: Earlier = None,
    url: Url = None,
    api_key: ApiKey = None,
    data_dir: DataDir = None,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Show the price, ask, buy the picture once and save it; the file's path is the output."""
    wanted = wishes(
        tier=tier,
        model=model,
        provider=provider,
        size=size,
        n=n,
        style=style,
        image=image,
        mask=mask,
        operation=operation,
        expand=expand,
        seed=seed,
        negative_prompt=negative_prompt,
        partial_images=partial_images,
    )
    limit = amount(max_cost)
    if quote_id and (prompt or wanted != {"n": 1}):
        misused("--quote stands for everything that was asked for then; give nothing else")
    _check(prompt, out, n, yes=yes)
    said = "" if quote_id else words(prompt)
    with gateway(url, api_key, data_dir, as_json=as_json) as client:
        offered = client.get_quote(quote_id) if quote_id else client.quote(said, **wanted)
        check_target(out, offered.n)
        say("\n".join(show.quote_lines(offered)))
        if "generationId" in offered.raw:
            say("It was bought before; nothing more is bought.")
        candidate = None if yes or offered.status != _OPEN else _asked(offered)
        _deliver(client, _bought(client, offered, candidate, limit), out, as_json=as_json)


def _check(prompt: str, out: Path, n: int, *, yes: bool) -> None:
    """Nothing stands in the way of asking and of saving."""
    if not yes and (prompt == "-" or not sys.stdin.isatty()):
        misused("there is no terminal to ask on: --yes buys, --max-cost says how much")
    check_target(out, n)


def _asked(offered: "Quote") -> str | None:
    """The `model_key` of the alternative that was picked, None for what was quoted."""
    several = len(offered.alternatives)
    others = ", or the number of another model" if several else ""
    question = f"Buy it for at most {show.at_most(offered.max_cost)}? [y/N{others}]"
    try:
        said = typer.prompt(question, default="n", show_default=False, err=True).strip().lower()
    except typer.Abort:  # Ctrl-C, or the end of what is typed
        complain("nothing was bought", code="interrupted")
        raise typer.Exit(Exit.INTERRUPTED) from None
    if said in {"y", "yes"}:
        return None
    if said.isascii() and said.isdigit() and 0 < int(said) <= several:
        return offered.alternatives[int(said) - 1].model_key
    complain("nothing was bought", code="declined")
    raise typer.Exit(Exit.DECLINED)


def _bought(
    client: "Aquatint", offered: "Quote", candidate: str | None, limit: "Decimal | None"
) -> "Generation":
    """Confirmed, and followed to its end."""
    began: Generation | None = None
    try:
        known = offered.raw.get("generationId")  # then it is only shown, whatever was chosen
        began = client.get(known) if known else client.confirm(offered, candidate, limit)
        previews = 0
        for event in client.stream(began):
            if line := show.progress(event, previews):
                say(line)
            previews += event.name == "partial"
        return client.wait(began)
    except KeyboardInterrupt:
        _interrupted(began)


def _interrupted(began: "Generation | None") -> NoReturn:
    if began is None:
        later = "it may have been bought; `aquatint images list` shows what was made"
    else:
        later = (
            "it is bought already, and will be made without you. To get it later:\n"
            f"  aquatint images get {began.id}"
        )
    say("")  # below the ^C of the terminal
    complain(later, code="interrupted", generationId=began.id if began else None)
    raise typer.Exit(Exit.INTERRUPTED)


def _deliver(client: "Aquatint", made: "Generation", out: Path, *, as_json: bool) -> None:
    """What it cost, and the files."""
    say("\n".join(show.receipt(made)))
    try:
        paths = save(client, made.images, out)
    except KeyboardInterrupt:
        _interrupted(made)
    if len(paths) < len(made.images):
        not_saved(paths, len(made.images), generation=made.id)
    if as_json:
        tell({**made.raw, "files": [str(path) for path in paths]})
    else:
        typer.echo("\n".join(map(str, paths)))
