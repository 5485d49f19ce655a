"""What privacy officers do."""
