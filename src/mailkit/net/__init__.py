"""TLS contexts, the background event loop, and the rule that no transaction waits for the network."""
