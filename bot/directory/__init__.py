"""Read models of the organization: what people look at before they ask for something."""
