"""Which record a conversation belongs to: signals, candidates, a decision, a link."""
