"""Figures as files: CSV of any report, sent to the person who asked or written by the command line."""
