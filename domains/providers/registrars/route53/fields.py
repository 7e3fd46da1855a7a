"""What a connection to Amazon Route 53 Domains asks for."""

from ispplatform.core.providers import SettingField
from ispplatform.core.providers.fields import FieldKind

CREDENTIAL_FIELDS = (
    SettingField(
        name="access_key_id",
        label="Access key ID",
        required=True,
        help="Of an IAM user that may use Route 53 Domains, or take the role below.",
    ),
    SettingField(name="secret_access_key", label="Secret access key", required=True),
    SettingField(
        name="session_token",
        label="Session token",
        help="Only for temporary keys, which begin with ASIA.",
    ),
)
CONFIG_FIELDS = (
    SettingField(
        name="role_arn",
        label="Role to take",
        help="ARN of an IAM role, if the keys may only take it: arn:aws:iam::…:role/…",
    ),
    SettingField(name="external_id", label="External ID of the role"),
    SettingField(
        name="privacy",
        label="Hide holders in WHOIS",
        kind=FieldKind.FLAG,
        default=True,
        help="Where the registry allows it. For names registered from now on.",
    ),
    SettingField(
        name="price_limit",
        label="Most that a year may cost, in US dollars",
        kind=FieldKind.NUMBER,
        help="Amazon refuses dearer registrations and renewals. Empty means no limit.",
    ),
    SettingField(
        name="endpoint",
        label="Address of a stand-in",
        kind=FieldKind.URL,
        help="For rehearsals only. Empty means Amazon's own address in us-east-1.",
    ),
)
