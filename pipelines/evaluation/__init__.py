"""How well an engine reads: labelled pages, scores, and the page that shows where it fails."""
