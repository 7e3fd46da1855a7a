"""Asking a registrar what became of something it accepted and decided on later."""

from domains.providers.registrars.base import Progress, Registrar, RegistrationState
from ispplatform.core.errors import ProviderPending, ProviderRefusedLater


def progress_of(
    registrar: Registrar, reference: str, *, is_done_by_asking: bool = False
) -> Progress:
    """Return when it is done.

    Args:
        is_done_by_asking: what only the holder's answer is missing to counts as done.

    Raises:
        ProviderPending: the registrar has not decided yet.
        ProviderRefusedLater: it has refused.
    """
    progress = registrar.progress(reference)
    if progress.state is RegistrationState.REFUSED:
        raise ProviderRefusedLater(progress.sentence or "The registrar refused it later.")
    is_done = progress.state is RegistrationState.DONE
    if is_done or (is_done_by_asking and progress.waits_for_holder):
        return progress
    sentence = progress.sentence or "The registrar has it and has not decided yet."
    raise ProviderPending(sentence, reference=reference)
