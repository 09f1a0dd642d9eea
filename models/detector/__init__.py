"""The parts of the Word Detector: ink, regions, lines, words, reading order."""
