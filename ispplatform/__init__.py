"""ISP Platform: the business system of a company that sells domains, hosting, email and access."""

__version__ = "0.1.0"
