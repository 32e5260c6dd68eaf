"""The consent form: one source for the printed page and for the boxes that consent_intake reads.

layout.py says where everything is, in points; pdf.py prints exactly that; blank.py holds the empty page as pixels.
It lives in services because the portal prints the form and consent_intake reads it.
"""
