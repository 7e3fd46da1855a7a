"""What the platform asks of hosting panels, and the back ends that answer."""
