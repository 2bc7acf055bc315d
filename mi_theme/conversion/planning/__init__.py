"""From a request to a plan: spans of bars with their maps, in words, beside other ways."""
