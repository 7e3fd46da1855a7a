"""What each company may choose about its ways in."""

from ispplatform.core.tenant_settings import TenantSetting, between

LOGIN_ATTEMPTS = TenantSetting[int](
    key="accounts.login_attempts",
    default=5,
    label="Failed log-ins in a row before an account is locked",
    check=between(3, 20),
)
LOGIN_LOCK_MINUTES = TenantSetting[int](
    key="accounts.login_lock_minutes",
    default=15,
    label="Minutes that a locked account stays locked",
    check=between(1, 1440),
)
EMAIL_CODE_MINUTES = TenantSetting[int](
    key="accounts.email_code_minutes",
    default=10,
    label="Minutes that a mailed confirmation code can be used",
    check=between(5, 60),
)
EMAIL_CODE_ATTEMPTS = TenantSetting[int](
    key="accounts.email_code_attempts",
    default=5,
    label="Attempts at a mailed confirmation code",
    check=between(3, 10),
)
PASSWORD_LINK_MINUTES = TenantSetting[int](
    key="accounts.password_link_minutes",
    default=60,
    label="Minutes that a link for a forgotten password can be used",
    check=between(10, 1440),
)
ACTIVATION_LINK_HOURS = TenantSetting[int](
    key="accounts.activation_link_hours",
    default=168,
    label="Hours that the link of a new account made by staff can be used",
    check=between(1, 720),
)
FACTOR_RESET_HOURS = TenantSetting[int](
    key="accounts.factor_reset_hours",
    default=24,
    label="Hours that every contact has to stop the removal of a lost second factor",
    check=between(24, 336),
)
ERASE_AFTER_DAYS = TenantSetting[int](
    key="accounts.erase_after_days",
    default=30,
    label="Days in which somebody who deleted their log-in may come back",
    check=between(1, 365),
)
GUARD_HOURS = TenantSetting[int](
    key="accounts.guard_hours",
    default=72,
    label="Hours that a log-in is guarded after its address or second factor changed",
    check=between(24, 720),
)
INVITATION_HOURS = TenantSetting[int](
    key="accounts.invitation_hours",
    default=168,
    label="Hours that an invitation of a colleague can be accepted",
    check=between(1, 720),
)
INVITATIONS_A_MINUTE = TenantSetting[int](
    key="accounts.invitations_a_minute",
    default=60,
    label="Invitations of an imported file that are mailed in a minute",
    check=between(1, 1000),
)
IMPORT_ROWS = TenantSetting[int](
    key="accounts.import_rows",
    default=10_000,
    label="Most rows of a file of people that is imported",
    check=between(1, 10_000),
)
IMPORT_MEGABYTES = TenantSetting[int](
    key="accounts.import_megabytes",
    default=5,
    label="Most megabytes of a file of people that is imported",
    check=between(1, 20),
)
EXPORT_LOGIN_MINUTES = TenantSetting[int](
    key="accounts.export_login_minutes",
    default=30,
    label="Minutes after the log-in in which a person may take lists of people out as a file",
    check=between(5, 960),
)
