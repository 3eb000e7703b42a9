"""What was handed in, as untrusted data: parsed, restored, sanitised."""
