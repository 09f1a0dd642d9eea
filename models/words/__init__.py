"""Parts of the Wordinator: pieces of lines, the Word Net's evidence for other letters, words, confidence."""
