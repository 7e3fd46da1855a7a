"""What services refuse to customers: the sentences that have a text in their language."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.pages.refusals import declare_refusals

declare_refusals(
    _(
        "The platform keeps this record for your hosting or mail. Change it "
        "instead: then it is yours."
    ),
    _("Only a registered name can be looked at from outside."),
    _("There is no such holder."),
    _("The zone is gone already."),
    _("The name servers of the zone itself are set on the domain, not here."),
    _("The zone itself cannot be an alias (CNAME). Set A and AAAA records instead."),
    _("Use 0 to 65535."),
    _("Say what the record points at."),
    _("Line breaks and control characters cannot be used."),
    _("The priority is given twice, differently."),
    _("Write weight, port and target: 5 443 host.example"),
    _("A quotation mark does not close."),
    _("The file is too long."),
    _("Type a whole name, such as shop.example."),
    _("A name cannot end in a number."),
    _("A part between two dots is longer than 63 characters."),
    _("A name cannot have hyphens in its third and fourth place."),
    _("Use letters, digits and hyphens, and no hyphen at the start or the end."),
    _("The name is too long for its zone."),
    _("The holder needs a company name."),
    _("Use a country code such as DE."),
    _("This is no e-mail address."),
    _("Use a telephone number with its country code, such as +49 30 1234567."),
    _("This record exists already."),
    _("No DNS server is set up."),
    _("There is no such record in this zone."),
    _("%(name)s is registered or on order already."),
    _("%(name)s is on order already."),
    _("Use two to %(most)s different name servers."),
    _("%(name)s is not registered through us at present."),
    _("Use %(least)s to %(most)s seconds."),
    _("%(kind)s records need a priority, for example 10."),
    _("%(kind)s records have no priority."),
    _("%(kind)s is not a type that can be set here. Use one of %(types)s."),
    _("%(content)s is not an IPv%(version)s address, such as %(example)s."),
    _("%(content)s is not a host name, such as server.example."),
    _("This is no zone file: %(reason)s"),
    _("%(name)s has the type %(kind)s, which is not kept here."),
    _("The name is %(length)s characters long; the limit is %(most)s."),
    _("“%(label)s” holds a character that a domain name cannot have."),
    _("%(name)s lies outside the zone %(zone)s."),
    _("A zone holds at most %(most)s records."),
    _("%(name)s has a %(kind)s record: an alias (CNAME) must be the only record of its name."),
    _(
        "%(name)s has an %(purpose)s record already; with two of them, neither "
        "counts. Change the existing one."
    ),
    _("There is no such domain."),
    _("There is no such zone."),
    _("Nobody has looked at this name from outside yet."),
    _("%(name)s is no name directly under .%(ending)s."),
    _("%(name)s can run at most %(years)s years ahead."),
    _("No registrar is set up for names under .%(ending)s."),
)
