"""Tests of what is remembered of the organization."""
