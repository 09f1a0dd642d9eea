"""Training of the Line Net, the learned part of the Word Detector: made pages, the network, the loop, the export."""
