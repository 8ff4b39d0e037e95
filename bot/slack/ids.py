"""Every action_id, callback_id and block_id in one place, so that a view and its listener cannot drift apart."""
