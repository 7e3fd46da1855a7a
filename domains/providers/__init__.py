"""What the platform asks of registrars and DNS servers, and the back ends that answer."""
