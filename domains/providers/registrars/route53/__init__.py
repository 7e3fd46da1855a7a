"""Amazon Route 53 Domains. See ``docs/mechanisms/route53.md``."""

from domains.providers.registrars.route53.fields import CONFIG_FIELDS, CREDENTIAL_FIELDS
from domains.providers.registrars.route53.registrar import Route53Registrar

__all__ = ["CONFIG_FIELDS", "CREDENTIAL_FIELDS", "Route53Registrar"]
