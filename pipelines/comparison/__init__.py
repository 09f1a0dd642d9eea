"""Two engines on the same pages: how far they agree, and the page that shows where they do not."""
