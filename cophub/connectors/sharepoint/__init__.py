"""Cophub connector for SharePoint Online: sites, people, documents, pages, lists and events."""
