"""The proof that the exercises' tests can be trusted: see docs/proof.md."""
