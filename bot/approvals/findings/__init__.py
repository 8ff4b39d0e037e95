"""What a person did wrong at their part of a request, and what is still to be put right."""
