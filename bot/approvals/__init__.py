"""The life of a Request: what is asked for, who may approve it, what happens then."""
