"""One outside thing per file: pdfium and Pillow, Tesseract, OpenCV, zxing-cpp."""
