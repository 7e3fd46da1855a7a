"""Back ends of billing: payment gateways."""
