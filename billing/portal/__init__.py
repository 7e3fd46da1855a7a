"""Pages of billing that customers see."""
