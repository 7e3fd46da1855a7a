"""What customers read of each permission when a program asks to act for them."""

from django.utils.translation import gettext_noop as _

SCOPE_WORDS = {
    "dns:read": _("See your DNS zones and records"),
    "dns:update": _("Change your DNS records"),
    "domains:read": _("See your domains"),
    "domains:transfer": _("Get the codes with which your domains move to another provider"),
    "domains:update": _("Change name servers, lock and holder of your domains"),
    "hosting:read": _("See your hosting accounts"),
    "hosting:update": _("Change your hosting accounts"),
    "mailboxes:create": _("Create mailboxes"),
    "mailboxes:delete": _("Delete mailboxes with all their mail"),
    "mailboxes:read": _("See your mailboxes"),
    "mailboxes:update": _("Change sizes and passwords of your mailboxes"),
    "own_invoices:read": _("See your invoices and payments"),
    "own_mails:read": _("Read the mails that we sent you"),
    "own_orders:create": _("Order for you, and withdraw orders"),
    "own_orders:read": _("See your orders"),
    "own_payment_methods:manage": _("Keep and forget your cards"),
    "own_payments:create": _("Pay with your cards and your credit"),
    "own_people:manage": _("Invite colleagues and choose what they may do"),
    "own_profile:read": _("See your name, e-mail address and telephone"),
    "own_profile:update": _("Change your name and telephone"),
    "own_sessions:manage": _("See and end your log-ins"),
    "own_subscriptions:update": _("Let your services renew or run out"),
    "services:read": _("See your services"),
}
