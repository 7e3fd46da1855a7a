"""Names and their zones: registrars, registrations, registrant contacts, DNS."""
