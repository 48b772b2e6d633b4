"""Cophub connector for Yammer (Viva Engage): communities, members, messages, likes and history.

Source: Yammer's REST API v1, Microsoft Graph, and the Network Data Export.
"""
