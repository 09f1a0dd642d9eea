"""The sample archive: some forty small files, made from a seed, whose true text and ending are known."""
