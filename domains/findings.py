"""The sentences for what a look from outside found, in the reader's language."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "unasked": _("Not all could be asked in time: {hosts}"),
    "nowhere": _("The registry leads nowhere. It should lead to {wanted}."),
    "elsewhere": _("The registry leads to {hosts}. It should lead to {wanted}."),
    "refused": _("Resolvers cannot resolve the name. Often DNSSEC at the registry does not fit."),
    "silent": _("No answer from {hosts}."),
    "refuses": _("These name servers do not know the zone: {hosts}"),
    "nameless": _("These name servers have no address: {hosts}"),
    "inside": _("These name servers have addresses inside a private network: {hosts}"),
    "late": _("These name servers have older records: {hosts}"),
    "remembered": _(
        "Some still remember other name servers: {hosts}. That passes within two days."
    ),
}
NOBODY = _("Neither the registry nor a resolver could be asked.")


def finding_sentences(findings: Sequence[Mapping[str, str]]) -> list[str]:
    """Return a sentence for each finding of a ``DelegationCheck``."""
    return [
        str(SENTENCES[one["code"]]).format(hosts=one["hosts"], wanted=one["wanted"])
        if one["code"] != "unasked" or one["hosts"]
        else str(NOBODY)
        for one in findings
    ]
