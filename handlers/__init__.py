"""The Bolt edge: one file per feature, its commands, buttons and modals together."""
