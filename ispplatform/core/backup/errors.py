"""Why a backup, a restore or an upgrade did not happen."""


class BackupRefused(Exception):
    """It cannot be done; the message is the sentence for the operator. Nothing was changed."""
