"""Webhooks: endpoints that other systems register, and the delivery of events to them."""
