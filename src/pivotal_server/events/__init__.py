"""Events: the catalogue of types, their derivation from a change, and the outbox."""
