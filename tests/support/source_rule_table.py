"""Every rule by its name, with examples; ``tests/architecture/test_source_rules.py`` runs them over the source."""

from tests.support import source_rules as finds
from tests.support.code_rules import Rule

CONFINED = (
    "consent_intake/adapters/page_renderer.py",
    "consent_intake/adapters/warm_up.py",
    "consent_intake/adapters/pdf_signatures.py",
)
"""Rooms that run inside the sandbox."""

OUR_OWN_FILES = (
    "deploy/benchmarks/",
    "deploy/training/",
    "services/consent_form/blank.py",  # the packaged blank pages
    "services/consent_form/raster.py",  # forms that the product printed, for tests and samples
    "services/consent_form/page_crops.py",  # the picture that the sandbox made, PNG alone
    "services/portal/page_pictures.py",  # pages that the product set
    "services/cli/demonstration.py",  # the page that the demonstration fetched from its own portal
    "consent_intake/samples/containers.py",  # makes sample files
    "consent_intake/samples/signature_pictures.py",  # a folder of signatures on the machine of whoever trains
    "snapshot_renderer/commands.py",  # previews of pages that it has just set
    "snapshot_renderer/proving/page_reading.py",  # proves pages that it has just set
)
"""Places that open what the product itself made, and nothing that somebody sent."""

RULES = (
    Rule(
        "no-shell",
        "a shell reads file names and settings as commands",
        finds.starts_a_shell,
        ("import subprocess\nsubprocess.run(line, shell=True)", "import os\nos.system(line)", "os.popen(line)"),
        ("subprocess.run(['tesseract', path])", "subprocess.run(['a'], shell=False)"),
    ),
    Rule(
        "no-object-loading",
        "a pickle runs what its writer wants",
        finds.loads_objects,
        ("import pickle", "from marshal import loads", "import shelve", "np.load(file, allow_pickle=True)"),
        ("import json", "np.load(file, allow_pickle=False)"),
    ),
    Rule(
        "no-yaml-objects",
        "yaml.load makes any object that the file names",
        finds.loads_yaml,
        ("yaml.load(text)", "yaml.unsafe_load(text)", "yaml.load(text, Loader=yaml.Loader)"),
        ("yaml.safe_load(text)", "json.load(file)"),
    ),
    Rule(
        "no-eval",
        "text that is run is code that somebody sent",
        finds.runs_text,
        ("eval(text)", "exec(text)", "compile(text, '', 'exec')"),
        ("ast.literal_eval(text)", "re.compile('a')", "row.eval"),
    ),
    Rule(
        "tls-verified",
        "a connection to anybody is a connection to an attacker",
        finds.trusts_any_server,
        ("httpx.get(url, verify=False)", "context.verify_mode = ssl.CERT_NONE", "context.check_hostname = False",
         "ssl._create_unverified_context()"),
        ("httpx.get(url)", "httpx.Client(verify=context)", "context.verify_mode = ssl.CERT_REQUIRED"),
    ),
    Rule(
        "no-mktemp",
        "between the name and the file somebody else makes one",
        finds.guesses_a_file_name,
        ("import tempfile\ntempfile.mktemp()",),
        ("tempfile.mkstemp()", "tempfile.TemporaryDirectory()"),
    ),
    Rule(
        "secrets-in-constant-time",
        "== ends at the first wrong letter, which can be timed: hmac.compare_digest",
        finds.compares_secrets,
        ("given == token", "if row.token_sha256 != digest(given): ...", "request.secret == self._secret",
         "password == stored"),
        ("hmac.compare_digest(given, token)", "token == ''", "select(SignIn).where(SignIn.token_sha256 == digest(t))"),
    ),
    Rule(
        "no-markup-of-data",
        "Markup() takes a value for finished HTML",
        finds.calls_data_markup,
        ("Markup(name)", "Markup(f'<b>{name}</b>')", "markupsafe.Markup(opening + name)"),
        ("Markup('<b>{}</b>').format(name)", "Markup()", "escape(name)"),
    ),
    Rule(
        "autoescape-on",
        "a template that does not escape runs what people type",
        finds.leaves_html_unescaped,
        ("Environment()", "Environment(autoescape=False)", "jinja2.Environment(loader=x)",
         "SandboxedEnvironment(autoescape=select_autoescape())", "jinja2.Template(text)"),
        ("Environment(autoescape=True)", "jinja2.Environment(loader=x, autoescape=True)"),
    ),
    Rule(
        "no-request-in-logs",
        "a log keeps what a request said about a parent, for years and in clear",
        finds.logs_a_request,
        ("log.info('upload', body=body)", "get_logger().warning('refused', display_name=person)",
         "self._log.info(f'{person} signed in')", "logger.info('asked', what=request.headers)",
         "log.error('failed', text)"),
        ("get_logger().info('request', route=route, status=status)", "self._log.info('event done', outcome='x')"),
    ),
    Rule(
        "documents-in-the-sandbox",
        "a reader of documents is the door that a hostile file comes in by",
        finds.opens_documents,
        ("import pypdfium2", "from PIL import Image", "import pillow_heif", "from pypdf import PdfReader",
         "from pyhanko.pdf_utils.reader import PdfFileReader", "cv2.imdecode(data, 0)"),
        ("from services.consent_form.layout import layout", "import cv2\ncv2.resize(pixels, size)"),
        CONFINED + OUR_OWN_FILES,
    ),
    Rule(
        "weasyprint-with-our-fetcher",
        "the default fetcher reads local files and the network",
        finds.typesets_with_any_fetcher,
        ("weasyprint.HTML(string=html)", "weasyprint.CSS(string=css, base_url='x')"),
        ("weasyprint.HTML(string=html, url_fetcher=fetcher)",),
        ("deploy/benchmarks/",),  # sets our own page with the untouched library, to compare
    ),
    Rule(
        "no-sql-by-hand",
        "a query put together from text is a query that somebody else can end",
        finds.writes_sql_by_hand,
        ("tx.execute(f'SELECT * FROM {table}')", "text('DELETE FROM x WHERE id = ' + given)",
         "cursor.execute('SELECT %s' % given)", "tx.scalar('SELECT {}'.format(given))"),
        ("tx.execute(select(Consent))", "tx.execute(text('SELECT 1'))", "text('a' + 'b')"),
    ),
    Rule(
        "no-xml-from-outside",
        "an XML parser fetches what the document names, and unfolds it without end",
        finds.reads_xml,
        ("from xml.etree import ElementTree", "import lxml.etree", "import xml.sax"),
        ("import html", "from services.texts import catalogue"),
    ),
    Rule(
        "no-pattern-from-text",
        "letters of a pattern that somebody typed mean something else, or never end",
        finds.makes_a_pattern,
        ("re.search(f'^{typed}$', text)", "re.compile('a' + typed)", "re.fullmatch('%s' % typed, text)"),
        ("re.compile(r'[a-z]+')", "re.search(re.escape(typed), text)", "re.search(f'^{re.escape(typed)}$', text)"),
    ),
    Rule(
        "aware-clock",
        "a time without a zone ends a consent hours early or late",
        finds.reads_a_clock_without_zone,
        ("datetime.now()", "datetime.datetime.utcnow()", "date.today()", "datetime.fromtimestamp(seconds)"),
        ("datetime.now(UTC)", "datetime.now(tz=UTC)", "datetime.fromtimestamp(seconds, UTC)"),
    ),
)  # fmt: skip
