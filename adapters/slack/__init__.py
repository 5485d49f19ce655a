"""Slack: Socket Mode or HTTP in, Web API out."""

from adapters.slack.chat import SlackChat

__all__ = ["SlackChat"]
