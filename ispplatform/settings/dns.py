"""How this installation asks the DNS: for looking at what the world sees, not for serving zones."""

from ispplatform.settings import env

# Whom to ask, as 9.9.9.9 or 127.0.0.1:5353; empty: the machine's own resolvers.
DNS_RESOLVERS = env.words("DNS_RESOLVERS")
# Name servers that are reached at another address than the DNS says, behind a firewall for
# example: ns1.isp.example=10.0.0.5 or ns1.isp.example=10.0.0.5:5300
DNS_SERVER_ADDRESSES = dict(part.split("=", 1) for part in env.words("DNS_SERVER_ADDRESSES"))
