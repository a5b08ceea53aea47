"""Who may be asked for pictures: the built-in providers and the servers of PROVIDERS_FILE."""

from aquatint.catalog.extend import with_rows
from aquatint.catalog.files import Offers, read
from aquatint.providers.declarations import DeclarationError
from aquatint.providers.declared import Declared, Server, read_declared
from aquatint.providers.registry import PROVIDERS, ProviderConfig
from aquatint.settings import Settings, SettingsError, named_variable


def provider_configs(settings: Settings) -> tuple[ProviderConfig, ...]:
    """What is set for each provider, in the order they are shown. Raises SettingsError."""
    return (*_built_in(settings), *map(_config, _declared(settings).servers))


def offers(settings: Settings) -> Offers:
    """The catalog's rows and those that the operator declared. Raises SettingsError."""
    declared = _declared(settings)
    return with_rows(read(), declared.rows, declared.first) if declared.rows else read()


def declared_keys(settings: Settings) -> list[str]:
    """The keys of the declared servers, to be hidden wherever text leaves the process."""
    return [key for server in _declared(settings).servers if (key := _config(server).api_key)]


def _declared(settings: Settings) -> Declared:
    if settings.providers_file is None:
        return Declared()
    try:
        return read_declared(settings.providers_file, catalog=read().rows, taken=PROVIDERS)
    except DeclarationError as error:
        raise SettingsError(f"PROVIDERS_FILE: {error}") from None


def _built_in(settings: Settings) -> tuple[ProviderConfig, ...]:
    keys = {
        "openai": settings.openai_api_key,
        "together": settings.together_api_key,
        "replicate": settings.replicate_api_token,
        "gemini": settings.gemini_api_key,
    }
    return tuple(
        ProviderConfig(
            name=name,
            api_key=key.get_secret_value() if key else None,
            base_url=getattr(settings, f"{name}_base_url", None),
            enabled=getattr(settings, f"enable_image_generation_{name}"),
        )
        for name, key in keys.items()
    )


def _config(server: Server) -> ProviderConfig:
    key = named_variable(server.key_variable) if server.key_variable else None
    try:
        return ProviderConfig(
            name=server.name,
            api_key=key,
            base_url=server.base_url,
            enabled=server.enabled,
            needs_key=server.key_variable is not None,
            profile=server.profile,
        )
    except ValueError as error:
        raise SettingsError(f"{server.key_variable}: {error}") from None
