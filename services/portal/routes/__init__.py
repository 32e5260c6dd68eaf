"""One module per group of pages or API calls. Each exposes ``router: APIRouter``; app.py includes every module here."""
