"""Training of the page models: OCR-able or not, which way up, and where the document lies in a photograph."""
