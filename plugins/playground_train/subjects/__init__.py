"""What can be trained: small adapters between the training run and a kind of network."""
