"""Requests of agents to see a customer of another team."""
