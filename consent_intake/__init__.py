"""Read a parent's signed consent form, and say whether it opens the case.

Reads:    consent.uploaded (a sealed form and its claim), consent.reviewed (a reviewer's decision)
Writes:   consent.approved, consent.rejected, consent.review
Tables:   writes intake_decisions; grants, consents and printed_forms through services.register; reads organizations,
          people, reviews
Vault:    opens document, claim and reading; seals reading, review_image and grant
Tools:    pdfium, Pillow, libheif, pypdf, pyHanko, OpenCV, zxing-cpp and ONNX Runtime in a confined child (libseccomp,
          Landlock); Tesseract (eng, spa) for second looks at lines of pixels
Ops watch: share of forms that go to review, wall time per form, BLOCKED(sandbox), children that ended early
"""
