"""What allauth.mfa, the only store of second factors, asks of this platform."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from ispplatform.core.secrets import decrypt, encrypt
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps, and names the company in them."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return tenant_by_id(current_tenant_id()).name

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user)
