"""Admin pages of the kernel's own tables."""
