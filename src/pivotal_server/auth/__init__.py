"""Who is asking, and what they may do: API keys, sessions, sign-in links, roles."""
