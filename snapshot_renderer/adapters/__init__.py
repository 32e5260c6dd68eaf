"""One outside thing per file: packaged data, the template, the chart, the QR code, the PDF, child processes."""
