"""The pages by which customers come in and look after their log-in."""
